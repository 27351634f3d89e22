public import Broadcasting

/// One occurrence of a programme on one node, as the node's journal tells it. In JSON one object, its course beside its names.
@dynamicMemberLookup
public struct ProgrammePlayback: Hashable, Codable, Sendable {
    public var node: NodeID
    public var programme: ProgrammeID
    /// Wall time without an offset: with the programme and the fold it names the occurrence.
    public var localStart: String
    public var fold: Int
    /// As the node knew it.
    public var title: String?
    public var course: PlaybackCourse

    public init(
        node: NodeID, programme: ProgrammeID, localStart: String, fold: Int, course: PlaybackCourse = PlaybackCourse()
    ) {
        self.node = node
        self.programme = programme
        self.localStart = localStart
        self.fold = fold
        self.course = course
    }

    public subscript<Value>(dynamicMember member: WritableKeyPath<PlaybackCourse, Value>) -> Value {
        get { course[keyPath: member] }
        set { course[keyPath: member] = newValue }
    }

    private enum CodingKeys: String, CodingKey { case node, programme, localStart, fold, title }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        node = try container.decode(NodeID.self, forKey: .node)
        programme = try container.decode(ProgrammeID.self, forKey: .programme)
        localStart = try container.decode(String.self, forKey: .localStart)
        fold = try container.decode(Int.self, forKey: .fold)
        title = try container.decodeIfPresent(String.self, forKey: .title)
        course = try PlaybackCourse(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(node, forKey: .node)
        try container.encode(programme, forKey: .programme)
        try container.encode(localStart, forKey: .localStart)
        try container.encode(fold, forKey: .fold)
        try container.encodeIfPresent(title, forKey: .title)
        try course.encode(to: encoder)
    }
}
