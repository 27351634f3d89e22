/// How loud a recording is as a whole, by EBU R 128 (ITU-R BS.1770).
public struct Loudness: Sendable, Hashable {
    /// The gains that ``gain(towards:ceiling:)`` may give, in dB: speech recorded too low to be lifted by 24 dB is
    /// mostly noise.
    public static let gainLimits: ClosedRange<Double> = -40...24

    /// Integrated loudness in LUFS; nil where no part is loud enough to be measured (silence, or under 400 ms).
    public let integrated: Double?

    /// The highest true peak of any channel in dBTP; nil for digital silence.
    public let truePeak: Double?

    /// A measurement made before, for instance one read from a database.
    public init(integrated: Double?, truePeak: Double?) {
        self.integrated = integrated
        self.truePeak = truePeak
    }

    /// The gain in dB that brings the recording to `target` LUFS, or as near as the true peak may rise to `ceiling`
    /// dBTP, within ``gainLimits``. 0 where loudness or peak is not known.
    public func gain(towards target: Double = -16, ceiling: Double = -1) -> Double {
        guard let integrated, let truePeak else { return 0 }
        let gain = min(target - integrated, ceiling - truePeak)
        return min(max(gain, Self.gainLimits.lowerBound), Self.gainLimits.upperBound)
    }
}
