/// One part of a voice. The parts follow each other without a gap.
public enum PlayoutSegment: Sendable, Hashable {
    /// An MP3 file. The player does not check what it is; the caller has just compared its hash. `gain` is that of this file alone in
    /// dB, as ingest measured it; 0 leaves each sample as it was decoded.
    case file(path: String, gain: Double = 0)
    /// Samples of one channel, `rate` of them a second, such as a test signal. `gain` is in dB.
    case samples([Float], rate: Int, gain: Double = 0)
    /// Silence of `duration` seconds.
    case silence(duration: Double)
    /// A stream of MP3 that is passed on.
    case relay(RelaySegment)
}
