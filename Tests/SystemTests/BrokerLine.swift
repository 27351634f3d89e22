import BroadcastTesting
import Broadcasting
import Foundation
import Messaging

/// A line to a broker with no program behind it: to hear what passes, and to say what no program of ours would.
final class BrokerLine: Sendable {
    /// What came, in order.
    let messages = FactLog<Message>()
    private let subscriptions = FactLog<[String]>()
    private let client: MessagingClient
    private let filters: [String]

    init(user: String, password: String, port: UInt16, hearing filters: [String]) throws {
        var configuration = MessagingConfiguration(host: "127.0.0.1", port: port, clientID: "line-of-\(user)")
        configuration.username = user
        configuration.password = password
        configuration.minimumReconnectDelay = .milliseconds(100)
        configuration.maximumReconnectDelay = .milliseconds(200)
        client = try MessagingClient(configuration: configuration, logger: LogRecorder().logger)
        self.filters = filters
    }

    /// Stays connected and hears until the task is cancelled.
    func run() async throws {
        client.subscribe(filters)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.client.run() }
            for await event in client.events {
                switch event {
                case .subscribed(let filters): subscriptions.append(filters)
                case .message(let message): messages.append(message)
                default: break
                }
            }
        }
    }

    /// Waits until what is published from now on will be heard.
    func isListening() async throws {
        try await subscriptions.first("subscription") { Set($0) == Set(self.filters) }
    }

    func publish(_ text: String, to topic: Topic) async throws {
        try await client.publish(Message(topic: topic.description, payload: Array(text.utf8)))
    }

    /// Waits for a receipt that reaches so far.
    @discardableResult
    func receipt(
        for node: NodeID, through sequence: Int64, from first: Int = 0, within patience: Duration = .seconds(20)
    ) async throws -> Receipt {
        let topic = Topic.receipt(node).description
        let message = try await messages.first(
            from: first, within: patience, "receipt of \(node) through \(sequence)"
        ) { message in
            guard message.topic == topic else { return false }
            let receipt = try? Wire.decode(Receipt.self, from: Data(message.payload))
            return (receipt?.through ?? 0) >= sequence
        }
        return try Wire.decode(Receipt.self, from: Data(message.payload))
    }

    /// Waits until a node says that it is so.
    func presence(of node: NodeID, _ state: Presence.State, within patience: Duration = .seconds(20)) async throws {
        try await messages.first(within: patience, "\(node) \(state)") { message in
            guard message.topic == Topic.presence(node).description else { return false }
            return (try? Wire.decode(Presence.self, from: Data(message.payload)))?.state == state
        }
    }

    /// Waits until a node tells this of a cue.
    func told(
        _ kind: PlaybackEvent.Kind, of cue: CueID, by node: NodeID, within patience: Duration = .seconds(20)
    ) async throws {
        try await messages.first(within: patience, "\(kind) of \(cue) by \(node)") { message in
            guard message.topic == Topic.journal(node).description else { return false }
            let batch = try? Wire.decode(JournalBatch.self, from: Data(message.payload))
            return batch?.records.playbacks(of: cue).contains { $0.kind == kind } ?? false
        }
    }

    /// Waits until a node tells this of itself, and returns the record.
    @discardableResult
    func told(
        _ kind: NodeEvent.Kind, by node: NodeID, within patience: Duration = .seconds(20),
        where isWanted: @escaping @Sendable (NodeEvent) -> Bool = { _ in true }
    ) async throws -> JournalRecord {
        @Sendable func wanted(_ message: Message) -> JournalRecord? {
            guard message.topic == Topic.journal(node).description else { return nil }
            let batch = try? Wire.decode(JournalBatch.self, from: Data(message.payload))
            return batch?.records.first { record in
                if case .node(let event) = record.event { event.kind == kind && isWanted(event) } else { false }
            }
        }
        let message = try await messages.first(within: patience, "\(kind) by \(node)") { wanted($0) != nil }
        guard let record = wanted(message) else { throw ToolFailure(description: "no \(kind)") }
        return record
    }

    /// The highest sequence that passed on a node's journal topic.
    func highestSequence(of node: NodeID) -> Int64 {
        let topic = Topic.journal(node).description
        return messages.all.reduce(0) { highest, message in
            guard message.topic == topic,
                let batch = try? Wire.decode(JournalBatch.self, from: Data(message.payload))
            else { return highest }
            return max(highest, batch.records.map(\.sequence).max() ?? 0)
        }
    }
}
