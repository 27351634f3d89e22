import Rendering

/// How a voice ended, judged by what the device played.
public struct VoiceEnd: Sendable, Hashable {
    /// Why a voice sounds no more.
    public enum Completion: Sendable, Hashable {
        /// The last frame of the last file has left the device, or would have, had the device been there.
        case finished
        /// The caller stopped it.
        case stopped
        /// It could not be played to its end. The reason is for people.
        case failed(String)
    }

    /// Why the voice sounds no more.
    public var completion: Completion
    /// Frames of the voice at `rate`, from the offset of its request on; as far as they are known when a file could not be read to its end.
    public var framesDue: Int64
    /// Frames that left the device since the voice last began, counted by the device. Frames that passed while the
    /// device was lost, or that `offset` and the live edge left out, are not among them. A voice that was begun again from its
    /// beginning counts anew.
    public var framesHeard: Int64
    /// Frames in a second.
    public var rate: Int
    /// The loudest sample of this voice that was written, in dBFS; −∞ when nothing was.
    public var peak: Double
    /// Frames of silence that stood in for frames which were not decoded in time.
    public var underrunFrames: Int64
    /// Frames that were left out where the voice went on at its live edge.
    public var framesSkipped: Int64 = 0
    /// What became of the relays that it came to; nil when it came to none.
    public var relay: RelayAccount?

    /// The end of a voice of which so much was heard.
    init(_ completion: Completion, framesDue: Int64, rate: Int, _ tally: VoiceTally) {
        self.init(
            completion: completion, framesDue: framesDue, framesHeard: tally.heard, rate: rate,
            peak: Decibels.level(Double(tally.peak)), underrunFrames: tally.underrun)
        framesSkipped = tally.skipped
        relay = tally.relay
    }

    /// Puts an end together.
    public init(
        completion: Completion, framesDue: Int64, framesHeard: Int64, rate: Int, peak: Double, underrunFrames: Int64
    ) {
        self.completion = completion
        self.framesDue = framesDue
        self.framesHeard = framesHeard
        self.rate = rate
        self.peak = peak
        self.underrunFrames = underrunFrames
    }
}
