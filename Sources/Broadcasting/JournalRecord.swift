/// One line of a node's journal. Its place is (node, journal, sequence); its time is only data.
///
/// In JSON one object: the envelope's fields and those of the event, told apart by `kind`.
public struct JournalRecord: Hashable, Codable, Sendable {
    /// 1 for a journal's first record, one more for each that follows.
    public var sequence: Int64
    public var at: Timestamp
    /// Nanoseconds of CLOCK_BOOTTIME, to order and measure what happened within one boot.
    public var monotonic: Int64
    /// The kernel's boot id.
    public var boot: String
    /// Whether the node trusted the clock that gave `at`.
    public var clockTrusted: Bool
    public var event: JournalEvent

    public init(
        sequence: Int64, at: Timestamp, monotonic: Int64, boot: String, clockTrusted: Bool, event: JournalEvent
    ) {
        self.sequence = sequence
        self.at = at
        self.monotonic = monotonic
        self.boot = boot
        self.clockTrusted = clockTrusted
        self.event = event
    }

    private enum CodingKeys: String, CodingKey { case sequence, at, monotonic, boot, clockTrusted }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sequence = try container.decode(in: 1...Int64.max, forKey: .sequence)
        at = try container.decode(Timestamp.self, forKey: .at)
        monotonic = try container.decode(Int64.self, forKey: .monotonic)
        boot = try container.decode(String.self, forKey: .boot)
        clockTrusted = try container.decode(Bool.self, forKey: .clockTrusted)
        event = try JournalEvent(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sequence, forKey: .sequence)
        try container.encode(at, forKey: .at)
        try container.encode(monotonic, forKey: .monotonic)
        try container.encode(boot, forKey: .boot)
        try container.encode(clockTrusted, forKey: .clockTrusted)
        try event.encode(to: encoder)
    }
}

/// What a journal record tells: something of a cue, or something of the node.
public enum JournalEvent: Hashable, Codable, Sendable {
    case playback(PlaybackEvent)
    case node(NodeEvent)

    private enum CodingKeys: String, CodingKey { case kind }

    public init(from decoder: any Decoder) throws {
        let kind = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .kind)
        if PlaybackEvent.Kind(rawValue: kind) != nil {
            self = .playback(try PlaybackEvent(from: decoder))
        } else {
            self = .node(try NodeEvent(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .playback(let event): try event.encode(to: encoder)
        case .node(let event): try event.encode(to: encoder)
        }
    }
}
