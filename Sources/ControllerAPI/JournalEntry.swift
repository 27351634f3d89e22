public import Broadcasting

/// A record of a node's journal as the controller keeps it.
public struct JournalEntry: Hashable, Codable, Sendable {
    public var node: NodeID
    public var journal: JournalID
    public var record: JournalRecord
    public var receivedAt: Timestamp

    public init(node: NodeID, journal: JournalID, record: JournalRecord, receivedAt: Timestamp) {
        self.node = node
        self.journal = journal
        self.record = record
        self.receivedAt = receivedAt
    }
}
