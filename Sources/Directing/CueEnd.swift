public import Broadcasting

/// How a cue's voice ended, judged by what the device played.
public struct CueEnd: Hashable, Sendable {
    public enum Completion: Hashable, Sendable {
        /// The last frame left the device, or would have, had the device been there.
        case finished
        /// It was told to stop. Without having been told, and unheard: it cannot be played now, and is given back to be loaded
        /// again; that its audio is missing is to be told before.
        case stopped
        /// It could not be played to its end.
        case failed(Reason)
    }

    public var completion: Completion
    /// Frames of the whole cue, at `rate`.
    public var framesDue: Int64
    /// Frames of it that left the device since the cue last began.
    public var framesHeard: Int64
    /// Hz.
    public var rate: Int
    /// The loudest sample that was written, in dBFS; −∞ when there was none.
    public var peak: Double
    /// Frames of silence that stood between its own, because its audio was not decoded in time.
    public var framesSilent: Int64 = 0
    /// Frames that were left out where it went on at its live edge.
    public var framesSkipped: Int64 = 0
    /// What became of its relays; nil when it came to none.
    public var relay: RelayReport?

    /// Whether all of it was heard.
    public var isWhole: Bool { completion == .finished && framesDue > 0 && framesHeard >= framesDue }

    public init(completion: Completion, framesDue: Int64, framesHeard: Int64, rate: Int, peak: Double) {
        self.completion = completion
        self.framesDue = framesDue
        self.framesHeard = framesHeard
        self.rate = rate
        self.peak = peak
    }
}
