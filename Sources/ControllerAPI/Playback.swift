public import Broadcasting

/// One occurrence of a broadcast on one node, as the node's journal tells it. In JSON one object, its course beside its names.
@dynamicMemberLookup
public struct Playback: Hashable, Codable, Sendable {
    public var node: NodeID
    public var broadcast: BroadcastID
    /// 0 for the first.
    public var occurrence: Int
    public var course: PlaybackCourse

    public init(node: NodeID, broadcast: BroadcastID, occurrence: Int, course: PlaybackCourse) {
        self.node = node
        self.broadcast = broadcast
        self.occurrence = occurrence
        self.course = course
    }

    public init(node: NodeID, broadcast: BroadcastID, occurrence: Int, state: PlaybackState, final: Bool = false) {
        self.init(
            node: node, broadcast: broadcast, occurrence: occurrence, course: PlaybackCourse(state: state, final: final)
        )
    }

    public subscript<Value>(dynamicMember member: WritableKeyPath<PlaybackCourse, Value>) -> Value {
        get { course[keyPath: member] }
        set { course[keyPath: member] = newValue }
    }

    private enum CodingKeys: String, CodingKey { case node, broadcast, occurrence }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        node = try container.decode(NodeID.self, forKey: .node)
        broadcast = try container.decode(BroadcastID.self, forKey: .broadcast)
        occurrence = try container.decode(Int.self, forKey: .occurrence)
        course = try PlaybackCourse(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(node, forKey: .node)
        try container.encode(broadcast, forKey: .broadcast)
        try container.encode(occurrence, forKey: .occurrence)
        try course.encode(to: encoder)
    }
}
