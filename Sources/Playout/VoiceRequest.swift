/// What one voice has to play: segments without a gap between them, under one gain.
public struct VoiceRequest: Sendable, Hashable {
    /// The name under which the caller speaks of the voice.
    public var id: VoiceID
    /// The segments, in order. A file that cannot be read is left out, and the voice ends as failed; so does one without any segment.
    public var segments: [PlayoutSegment]
    /// The gain of the whole voice in dB; the sum of what class, node and cue say.
    public var gain: Double
    /// Seconds from the beginning that are left out, for a voice that goes on where it was before a restart.
    public var offset: Double

    /// Describes a voice.
    public init(id: VoiceID, segments: [PlayoutSegment], gain: Double = 0, offset: Double = 0) {
        self.id = id
        self.segments = segments
        self.gain = gain
        self.offset = offset
    }
}
