/// What a controller says to nodes, with its place: the topic that it belongs to, and its revision there.
///
/// Envelope and body share one JSON object, so that a document reads `{"topic": …, "revision": …, "broadcasts": […]}`.
public struct Document<Body: DocumentBody>: Codable, Sendable {
    /// Signed with the rest, so that a document cannot be moved to another topic.
    public var topic: Topic
    public var revision: Revision
    public var issuedAt: Timestamp
    public var body: Body

    public init(topic: Topic, revision: Revision, issuedAt: Timestamp, body: Body) {
        self.topic = topic
        self.revision = revision
        self.issuedAt = issuedAt
        self.body = body
    }

    private enum CodingKeys: String, CodingKey { case topic, revision, issuedAt }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        topic = try container.decode(Topic.self, forKey: .topic)
        revision = try container.decode(Revision.self, forKey: .revision)
        issuedAt = try container.decode(Timestamp.self, forKey: .issuedAt)
        body = try Body(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(topic, forKey: .topic)
        try container.encode(revision, forKey: .revision)
        try container.encode(issuedAt, forKey: .issuedAt)
        try body.encode(to: encoder)
    }
}

/// One of the three things that documents say. It encodes as a JSON object without the keys of the envelope.
public protocol DocumentBody: Codable, Sendable, Hashable {}
