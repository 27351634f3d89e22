/// How loud the last three seconds were that the device has played, anew each tenth of a second. −∞ while nothing sounds.
public struct OutputLevels: Sendable, Hashable {
    /// The loudest sample, in dBFS.
    public var peak: Double
    /// The mean power of all channels, in dBFS, where a full-scale sine on each of them has −3.01.
    public var rms: Double
    /// The short-term loudness in LUFS: ITU-R BS.1770-4 over 3 s without gating, as EBU Tech 3341 names it.
    public var loudness: Double

    /// Silence.
    public static let silence = OutputLevels(peak: -.infinity, rms: -.infinity, loudness: -.infinity)
}
