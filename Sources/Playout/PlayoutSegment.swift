/// One MP3 file within a voice.
///
/// The player does not check what the file is; the caller has just compared its hash.
public struct PlayoutSegment: Sendable, Hashable {
    /// Where the file lies.
    public var path: String
    /// The gain of this file alone in dB, as ingest measured it; 0 leaves each sample as it was decoded.
    public var gain: Double

    /// Describes the file at `path`, played with `gain` dB.
    public init(path: String, gain: Double = 0) {
        self.path = path
        self.gain = gain
    }
}
