import Broadcasting
import ControllerAPI
import FoundationEssentials
import GRDB
import Logging
import Messaging
import RuntimeSupport

/// Takes what nodes tell into the ledger: journals, presence and health.
///
/// Each record is taken or set aside alone. What a call returns to be published, the receipts, is durable.
struct Collector: Sendable {
    let ledger: Ledger
    let feed: LiveFeed
    let monitor: NodeMonitor
    let logger: Logger
    private let strangers = Locked<Set<NodeID>>([])

    /// What all nodes tell; the filters to subscribe to.
    static let filters = ["loa/v1/nodes/+/journal", "loa/v1/nodes/+/presence", "loa/v1/nodes/+/health"]

    init(ledger: Ledger, feed: LiveFeed, monitor: NodeMonitor, logger: Logger) {
        self.ledger = ledger
        self.feed = feed
        self.monitor = monitor
        self.logger = logger
    }

    /// A message, read.
    private enum Word: Sendable {
        case journal(NodeID, ReceivedJournalBatch)
        case presence(NodeID, Presence, isNews: Bool)
        case health(NodeID, Health, isNews: Bool)
        case unreadable(NodeID, reason: String, raw: String)

        var node: NodeID {
            switch self {
            case .journal(let node, _), .presence(let node, _, _), .health(let node, _, _), .unreadable(let node, _, _):
                node
            }
        }
    }

    private struct Outcome: Sendable {
        var ingests: [LedgerTransaction.Ingest] = []
        var heard: [NodeID: LedgerTransaction.Heard] = [:]
        var unreadable: [UnreadableRecord] = []
        var strangers: Set<NodeID> = []
    }

    /// Takes messages in, in one transaction.
    ///
    /// - Returns: the receipts to be published now.
    /// - Throws: when the ledger cannot be written; then nothing was taken, and the nodes will send their records again.
    func take(_ messages: [Message]) async throws -> [Message] {
        let words = messages.compactMap(read)
        guard !words.isEmpty else { return [] }
        let outcome = try await ledger.write { transaction in
            var outcome = Outcome()
            for word in words { try Self.take(word, transaction, &outcome) }
            for (node, heard) in outcome.heard { try transaction.put(heard, of: node) }
            return outcome
        }
        tell(outcome)
        return receipts(outcome)
    }

    // MARK: - Reading

    private func read(_ message: Message) -> Word? {
        guard let topic = Topic(message.topic), !message.payload.isEmpty else { return nil }
        let data = Data(message.payload)
        func words<Value: Decodable>(_ node: NodeID, _ type: Value.Type, _ make: (Value) -> Word) -> Word {
            do {
                return make(try Wire.decode(type, from: data))
            } catch {
                return .unreadable(
                    node, reason: plainWords(error), raw: String(decoding: message.payload.prefix(4000), as: UTF8.self))
            }
        }
        /// A node speaks only of itself, whatever it writes.
        func impostor(_ node: NodeID, _ claimed: NodeID) -> Word? {
            guard node != claimed else { return nil }
            return .unreadable(
                node, reason: "it says that it is of \(claimed), and came by the topic of \(node)",
                raw: String(decoding: message.payload.prefix(4000), as: UTF8.self))
        }
        switch topic {
        case .journal(let node):
            return words(node, ReceivedJournalBatch.self) { impostor(node, $0.node) ?? .journal(node, $0) }
        case .presence(let node):
            return words(node, Presence.self) {
                impostor(node, $0.node) ?? .presence(node, $0, isNews: !message.retain)
            }
        case .health(let node):
            return words(node, Health.self) { impostor(node, $0.node) ?? .health(node, $0, isNews: !message.retain) }
        default: return nil
        }
    }

    // MARK: - Writing

    private static func take(_ word: Word, _ transaction: LedgerTransaction, _ outcome: inout Outcome) throws {
        let node = word.node
        guard try transaction.hasNode(node) else {
            outcome.strangers.insert(node)
            return
        }
        var heard = try outcome.heard[node] ?? transaction.heard(node)
        switch word {
        case .journal(_, let batch):
            heard.lastHeard = transaction.now
            do {
                try transaction.database.inSavepoint {
                    outcome.ingests.append(try transaction.ingest(batch))
                    return .commit
                }
            } catch let error as DatabaseError where !error.isOfTheRecord {
                throw error
            } catch {
                try setAside(
                    node, reason: "\(error)", raw: "a batch of \(batch.records.count) records", transaction, &outcome)
            }
        case .presence(_, let presence, let isNews):
            if isNews, presence.state == .online { heard.lastHeard = transaction.now }
            if NodeWatch.isNews(presence, held: heard.presence) {
                heard.presence = presence
                heard.presenceAt = transaction.now
            }
        case .health(_, let health, let isNews):
            if isNews {
                heard.lastHeard = transaction.now
                heard.health = health
            } else {
                heard.health = heard.health ?? health
            }
        case .unreadable(_, let reason, let raw):
            heard.lastHeard = transaction.now
            try setAside(node, reason: reason, raw: raw, transaction, &outcome)
        }
        outcome.heard[node] = heard
    }

    private static func setAside(
        _ node: NodeID, reason: String, raw: String, _ transaction: LedgerTransaction, _ outcome: inout Outcome
    ) throws {
        let record = UnreadableRecord(
            node: node, journal: nil, sequence: nil, receivedAt: transaction.now, reason: reason, raw: raw)
        if try transaction.setAside(record) { outcome.unreadable.append(record) }
    }

    // MARK: - Telling

    private func receipts(_ outcome: Outcome) -> [Message] {
        var latest: [NodeID: [JournalID: Int64]] = [:]
        for ingest in outcome.ingests where ingest.through > 0 {
            latest[ingest.node, default: [:]][ingest.journal] = ingest.through
        }
        return latest.sorted { $0.key < $1.key }.flatMap { node, journals in
            journals.sorted { $0.key < $1.key }.compactMap { journal, through in
                guard let payload = try? Wire.encode(Receipt(journal: journal, through: through)) else { return nil }
                return Message(topic: Topic.receipt(node).description, payload: Array(payload))
            }
        }
    }

    private func tell(_ outcome: Outcome) {
        for node in outcome.strangers where strangers.withLock({ $0.count < 1000 && $0.insert(node).inserted }) {
            logger.warning(
                "not a node of this controller: what it sends is left with it", metadata: ["node": "\(node)"])
        }
        var events: [LiveEvent] = []
        for ingest in outcome.ingests {
            events += ingest.playbacks.map(Self.event)
            events += ingest.programmes.map(Self.event)
            events += ingest.records.compactMap { Self.event($0, of: ingest.node) }
        }
        for record in outcome.ingests.flatMap(\.unreadable) + outcome.unreadable {
            logger.warning(
                "a record cannot be read and was set aside",
                metadata: [
                    "node": "\(record.node)", "sequence": "\(record.sequence.map(String.init) ?? "none")",
                    "reason": "\(record.reason)",
                ])
            var event = LiveEvent(.unreadable, at: record.receivedAt, text: "\(record.node): \(record.reason)")
            event.node = record.node
            events.append(event)
        }
        feed.publish(events)
        for (node, heard) in outcome.heard { monitor.update(node, heard, now: heard.lastHeard ?? .distantPast) }
    }

    private static func event(_ playback: Playback) -> LiveEvent {
        var event = LiveEvent(.playback, at: playback.at ?? .distantPast, text: "")
        event.node = playback.node
        event.broadcast = playback.broadcast
        event.playback = playback
        event.text = "\(playback.node): \(playback.broadcast) \(playback.state.rawValue)"
        if let reason = playback.reason { event.text += " (\(reason))" }
        return event
    }

    private static func event(_ playback: ProgrammePlayback) -> LiveEvent {
        var event = LiveEvent(.playback, at: playback.at ?? .distantPast, text: "")
        event.node = playback.node
        event.programme = playback
        event.text = "\(playback.node): \(playback.programme) \(playback.localStart) \(playback.state.rawValue)"
        if let reason = playback.reason { event.text += " (\(reason))" }
        return event
    }

    private static func event(_ record: JournalRecord, of node: NodeID) -> LiveEvent? {
        guard case .node(let told) = record.event else { return nil }
        var event = LiveEvent(.record, at: record.at, text: "\(node): \(told.kind.rawValue)")
        if let reason = told.reason { event.text += " (\(reason))" }
        event.node = node
        return event
    }
}

extension DatabaseError {
    /// Whether the rows are to blame, and not the file or the disk.
    fileprivate var isOfTheRecord: Bool { resultCode == .SQLITE_CONSTRAINT || resultCode == .SQLITE_MISMATCH }
}
