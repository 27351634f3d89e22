/// What a self-test found: the one word about what came out of the horn that is not the program's own.
public struct SelfTestResult: Hashable, Codable, Sendable {
    /// When the sweep was played.
    public var at: Timestamp
    /// Whether the microphone heard it; nil when nobody listened, or when the test could not be made.
    public var heard: Bool?
    /// The RMS level in dBFS at which the sweep arrived at the microphone.
    public var level: Double?
    /// Seconds from the device to the microphone: 3 ms for each metre of air, and what the sound cards add.
    public var delay: Double?
    /// How far the sweep stands out of the rest of what was heard, in dB.
    public var prominence: Double?
    /// Why the test could not be made as asked, in plain words.
    public var error: String?

    public init(at: Timestamp) { self.at = at }
}
