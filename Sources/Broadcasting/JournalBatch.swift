/// Records of one journal, in order, as a node sends them.
public struct JournalBatch: Codable, Sendable {
    public var node: NodeID
    public var journal: JournalID
    public var records: [JournalRecord]

    public init(node: NodeID, journal: JournalID, records: [JournalRecord]) {
        self.node = node
        self.journal = journal
        self.records = records
    }
}

/// A batch as a controller reads it: each record read, or kept as it came with the reason why it cannot be.
public struct ReceivedJournalBatch: Decodable, Sendable {
    public var node: NodeID
    public var journal: JournalID
    public var records: [Received]

    public enum Received: Sendable {
        case record(JournalRecord)
        /// Set aside under its sequence, where it has one.
        case unreadable(sequence: Int64?, raw: JSONValue, reason: String)
    }

    private enum CodingKeys: String, CodingKey { case node, journal, records }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        node = try container.decode(NodeID.self, forKey: .node)
        journal = try container.decode(JournalID.self, forKey: .journal)
        records = []
        var list = try container.nestedUnkeyedContainer(forKey: .records)
        while !list.isAtEnd {
            do {
                records.append(.record(try list.decode(JournalRecord.self)))
            } catch {
                let reason = plainWords(error)
                let raw = try list.decode(JSONValue.self)
                records.append(.unreadable(sequence: Self.sequence(of: raw), raw: raw, reason: reason))
            }
        }
    }

    private static func sequence(of raw: JSONValue) -> Int64? {
        guard case .object(let fields) = raw, case .number(let number)? = fields["sequence"] else { return nil }
        return Int64(exactly: number).flatMap { $0 > 0 ? $0 : nil }
    }
}

/// The controller's word that a journal is durable up to and including `through`. The node may then forget those records.
public struct Receipt: Hashable, Codable, Sendable {
    public var journal: JournalID
    public var through: Int64

    public init(journal: JournalID, through: Int64) {
        self.journal = journal
        self.through = through
    }
}
