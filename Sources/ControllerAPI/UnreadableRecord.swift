public import Broadcasting

/// Something from a node that the controller could not read, kept as it came. It held nothing else up.
public struct UnreadableRecord: Hashable, Codable, Sendable {
    /// The node by whose topic it came.
    public var node: NodeID
    public var journal: JournalID?
    public var sequence: Int64?
    public var receivedAt: Timestamp
    /// Why it could not be read.
    public var reason: String
    /// What came, as text; cut where it is long.
    public var raw: String

    public init(
        node: NodeID, journal: JournalID?, sequence: Int64?, receivedAt: Timestamp, reason: String, raw: String
    ) {
        self.node = node
        self.journal = journal
        self.sequence = sequence
        self.receivedAt = receivedAt
        self.reason = reason
        self.raw = raw
    }
}
