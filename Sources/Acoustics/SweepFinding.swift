/// What a recording says of a sweep that was played meanwhile.
public struct SweepFinding: Sendable, Hashable {
    /// Whether the sweep is in the recording, by the rule of `SweepDetector`.
    public var isHeard: Bool
    /// The RMS level in dBFS at which the sweep arrived at the microphone; nil when it was not heard.
    public var level: Double?
    /// Seconds from the recording's first frame to the sweep's; nil when it was not heard.
    public var position: Double?
    /// How far the best place for a sweep stands out of the rest of the recording, in dB; nil for a recording that is silent.
    public var prominence: Double?
    /// In how many of the `SweepDetector.parts` bands the sweep stands out at that place.
    public var parts: Int
    /// The loudest sample of the recording in dBFS; nil when all of it is zero. At 0 the microphone is overdriven.
    public var peak: Double?
}
