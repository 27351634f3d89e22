public import Broadcasting

/// How far a cue has come on a node, as the node's journal tells it.
public struct PlaybackCourse: Hashable, Codable, Sendable {
    public var state: PlaybackState
    /// Whether `state` is the last word.
    public var final: Bool
    public var due: Timestamp?
    /// When its first frame left the device, by the node's clock.
    public var startedAt: Timestamp?
    /// Seconds between the instant at which it was due and its first frame; positive is late.
    public var startError: Double?
    /// Frames of the whole occurrence, at `rate`.
    public var framesDue: Int64?
    /// Frames of it that left the device, as the device counted them.
    public var framesHeard: Int64?
    /// Hz.
    public var rate: Int?
    /// The loudest sample that was written, in dBFS.
    public var peak: Double?
    /// The gain in dB at which it sounded.
    public var gain: Double?
    public var reason: Reason?
    /// The cue that interrupted it last.
    public var by: CueID?
    /// How often it was interrupted.
    public var interruptions: Int
    /// The node's time of the latest record, and whether the node trusted that clock.
    public var at: Timestamp?
    public var clockTrusted: Bool?

    public init(state: PlaybackState = .waiting, final: Bool = false) {
        self.state = state
        self.final = final
        interruptions = 0
    }
}
