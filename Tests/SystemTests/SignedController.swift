import BroadcastTesting
import Broadcasting
import Crypto
import Foundation
import Messaging
import RuntimeSupport

/// A controller made of a key and a line to the broker, so that a test can say anything to a node and hear all that it says.
final class SignedController: Sendable {
    /// A record as it arrived.
    struct Arrival: Sendable, CustomStringConvertible {
        var node: NodeID
        var journal: JournalID
        var record: JournalRecord

        var description: String { "\(record.sequence) \(record.event)" }

        var playback: PlaybackEvent? { if case .playback(let event) = record.event { event } else { nil } }
        var nodeEvent: NodeEvent? { if case .node(let event) = record.event { event } else { nil } }
    }

    static let user = MosquittoBroker.User(name: "controller", password: "of-the-test")

    let signer: DocumentSigner
    /// Every record, also those that came again.
    let journal = FactLog<Arrival>()
    let presences = FactLog<Presence>()
    let healths = FactLog<Health>()
    /// One for each time that the broker accepted the connection.
    private let connections = FactLog<Int>()
    private let client: MessagingClient
    private let revisions = Locked<[Topic: Int64]>([:])
    private let receipts = Locked<Receipting>(Receipting())

    private struct Receipting {
        var isOn = true
        var seen: [JournalID: Set<Int64>] = [:]
        var through: [JournalID: Int64] = [:]
    }

    init(
        port: UInt16, key: Curve25519.Signing.PrivateKey = Curve25519.Signing.PrivateKey(), name: String = "controller"
    ) throws {
        signer = DocumentSigner(key: key)
        var configuration = MessagingConfiguration(host: "127.0.0.1", port: port, clientID: "test-\(name)")
        configuration.username = Self.user.name
        configuration.password = Self.user.password
        configuration.minimumReconnectDelay = .milliseconds(100)
        configuration.maximumReconnectDelay = .milliseconds(200)
        client = try MessagingClient(configuration: configuration, logger: LogRecorder().logger)
    }

    /// Stays connected, hears and receipts until the task is cancelled.
    func run() async throws {
        client.subscribe(["loa/v1/nodes/+/journal", "loa/v1/nodes/+/presence", "loa/v1/nodes/+/health"])
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.client.run() }
            for await event in client.events {
                if case .connected = event { connections.append(connections.all.count) }
                guard case .message(let message) = event, let topic = Topic(message.topic) else { continue }
                switch topic {
                case .journal(let node): await take(message.payload, from: node)
                case .presence:
                    if let presence = try? Wire.decode(Presence.self, from: Data(message.payload)) {
                        presences.append(presence)
                    }
                case .health:
                    if let health = try? Wire.decode(Health.self, from: Data(message.payload)) {
                        healths.append(health)
                    }
                default: break
                }
            }
        }
    }

    /// Whether records are receipted from now on.
    func setReceipting(_ isOn: Bool) { receipts.withLock { $0.isOn = isOn } }

    private func take(_ payload: [UInt8], from node: NodeID) async {
        guard let batch = try? Wire.decode(JournalBatch.self, from: Data(payload)) else { return }
        for record in batch.records { journal.append(Arrival(node: node, journal: batch.journal, record: record)) }
        let through = receipts.withLock { state -> Int64? in
            state.seen[batch.journal, default: []].formUnion(batch.records.map(\.sequence))
            var through = state.through[batch.journal] ?? 0
            while state.seen[batch.journal]?.contains(through + 1) == true { through += 1 }
            state.through[batch.journal] = through
            return state.isOn && through > 0 ? through : nil
        }
        guard let through, let receipt = try? Wire.encode(Receipt(journal: batch.journal, through: through)) else {
            return
        }
        // A receipt that is lost is asked for again by what the node sends.
        try? await client.publish(Message(topic: Topic.receipt(node).description, payload: Array(receipt)))
    }

    // MARK: - Saying

    /// Signs a document of the topic's next revision.
    func sign(_ body: some DocumentBody, for topic: Topic, epoch: Int64 = 1) throws -> String {
        let number = revisions.withLock { revisions in
            revisions[topic, default: 0] += 1
            return revisions[topic] ?? 0
        }
        return try signer.sign(
            Document(
                topic: topic, revision: Revision(epoch: epoch, number: number), issuedAt: .now, body: body))
    }

    /// Publishes bytes on a topic, retained; waits for the connection where there is none.
    func publish(_ text: String, to topic: Topic) async throws {
        let message = Message(topic: topic.description, payload: Array(text.utf8), retain: true)
        while true {
            let known = connections.all.count
            do {
                return try await client.publish(message)
            } catch MessagingError.notConnected, MessagingError.connectionLost {
                try await connections.first(from: known, "connection of the controller") { _ in true }
            }
        }
    }

    /// Signs and publishes the next document of a topic.
    @discardableResult
    func say(_ body: some DocumentBody, on topic: Topic) async throws -> String {
        let document = try sign(body, for: topic)
        try await publish(document, to: topic)
        return document
    }

    func say(_ broadcasts: [Broadcast], halt: Halt? = nil, to scope: Scope) async throws {
        try await say(BroadcastsDocument(broadcasts: broadcasts, halt: halt), on: .broadcasts(scope))
    }

    // MARK: - Hearing

    /// A playback record that came.
    struct Told: Sendable {
        var record: JournalRecord
        var event: PlaybackEvent
    }

    /// Waits for a record of a cue, not among the first `first` arrivals.
    @discardableResult
    func told(
        _ kind: PlaybackEvent.Kind, of cue: CueID, from first: Int = 0, within patience: Duration = .seconds(20)
    ) async throws -> Told {
        let arrival = try await journal.first(from: first, within: patience, "\(kind) of \(cue)") {
            $0.playback?.kind == kind && $0.playback?.cue == cue
        }
        guard let event = arrival.playback else { throw ToolFailure(description: "no playback") }
        return Told(record: arrival.record, event: event)
    }

    /// Waits for the cue's terminal record, whatever it says.
    ///
    /// - Throws: also `SlowMachine`, when it says that the cue was not decoded in time: then nothing can be said of its sound.
    @discardableResult
    func ending(of cue: CueID, within patience: Duration = .seconds(20)) async throws -> Told {
        let arrival = try await journal.first(within: patience, "end of \(cue)") {
            $0.playback?.cue == cue && $0.playback?.final == true
        }
        guard let event = arrival.playback else { throw ToolFailure(description: "no playback") }
        try event.requireDecoded()
        return Told(record: arrival.record, event: event)
    }

    /// Waits for a record of the node itself.
    @discardableResult
    func told(
        _ kind: NodeEvent.Kind, from first: Int = 0, within patience: Duration = .seconds(20),
        where isWanted: @escaping @Sendable (NodeEvent) -> Bool = { _ in true }
    ) async throws -> NodeEvent {
        let arrival = try await journal.first(from: first, within: patience, "\(kind)") {
            $0.nodeEvent.map { $0.kind == kind && isWanted($0) } ?? false
        }
        guard let event = arrival.nodeEvent else { throw ToolFailure(description: "no node event") }
        return event
    }

    /// Waits until the node's health names a fault of this part, with these words.
    func fault(_ part: String, _ words: String, within patience: Duration = .seconds(20)) async throws {
        try await healths.first(within: patience, "fault of \(part): \(words)") { health in
            health.faults.contains { $0.part == part && $0.text.contains(words) }
        }
    }

    /// The journal as it must have been written: each record once, in the order of their numbers.
    ///
    /// - Throws: when a record came again with another content, or when one is missing.
    func settledJournal() throws -> [JournalRecord] {
        var records: [Int64: JournalRecord] = [:]
        for arrival in journal.all {
            if let known = records[arrival.record.sequence], known != arrival.record {
                throw ToolFailure(description: "record \(arrival.record.sequence) came as \(known) and as \(arrival)")
            }
            records[arrival.record.sequence] = arrival.record
        }
        let inOrder = records.keys.sorted()
        guard inOrder == Array(1...Int64(max(1, inOrder.count))) else {
            throw ToolFailure(description: "the journal has gaps: \(inOrder)")
        }
        return inOrder.compactMap { records[$0] }
    }
}

extension [JournalRecord] {
    /// What the journal says of all cues.
    var playbacks: [PlaybackEvent] {
        compactMap { if case .playback(let event) = $0.event { event } else { nil } }
    }

    /// What the journal says of a cue.
    func playbacks(of cue: CueID) -> [PlaybackEvent] { playbacks.filter { $0.cue == cue } }
}

extension PlaybackEvent {
    /// - Throws: `SlowMachine` when there was silence in it, since its decoder had no processor in time.
    func requireDecoded() throws(SlowMachine) {
        if let framesSilent { throw SlowMachine("\(framesSilent) frames of \(cue) were not decoded in time") }
    }
}
