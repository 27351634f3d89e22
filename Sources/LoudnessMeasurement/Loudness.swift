/// How loud a recording is as a whole, by EBU R 128 (ITU-R BS.1770).
public struct Loudness: Sendable, Hashable {
    /// The gains that ``gain(towards:ceiling:limiting:)`` may give, in dB: speech recorded too low to be lifted by 24 dB is
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

    /// The gain in dB that brings the recording to `target` LUFS, or as near as its true peak permits, within ``gainLimits``. 0
    /// where loudness or peak is not known.
    ///
    /// The highest peak may come to lie `limiting` dB above `ceiling` dBTP: the node's limiter takes that off. Natural speech has peaks
    /// 15 to 20 dB above its loudness, so that without this leave most of it would stay below −16 LUFS. A limiter that takes
    /// off 6 dB now and then is not heard; one that must take off more works all the time, and is.
    public func gain(towards target: Double = -16, ceiling: Double = -1, limiting: Double = 6) -> Double {
        guard let integrated, let truePeak else { return 0 }
        let gain = min(target - integrated, ceiling + limiting - truePeak)
        return min(max(gain, Self.gainLimits.lowerBound), Self.gainLimits.upperBound)
    }
}
