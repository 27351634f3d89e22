import BroadcastTesting
import Logging
import Messaging
import Testing

/// A client that runs for as long as a test's closure, with its events in order.
struct RunningClient {
    let client: MessagingClient
    let log: LogRecorder
    private var events: AsyncStream<MessagingEvent>.Iterator

    init(client: MessagingClient, log: LogRecorder) {
        self.client = client
        self.log = log
        events = client.events.makeAsyncIterator()
    }

    /// The next event for which `isWanted` says yes; those before it are skipped.
    mutating func event(where isWanted: (MessagingEvent) -> Bool) async throws -> MessagingEvent {
        while let event = await events.next(isolation: #isolation) {
            if isWanted(event) { return event }
        }
        throw EventsEnded()
    }

    /// Waits until the broker has accepted the client.
    @discardableResult
    mutating func connected() async throws -> Bool {
        let event = try await event { if case .connected = $0 { true } else { false } }
        return event == .connected(sessionPresent: true)
    }

    /// Waits until the broker has confirmed `filter`.
    mutating func subscribed(_ filter: String) async throws {
        _ = try await event { if case .subscribed(let filters) = $0 { filters.contains(filter) } else { false } }
    }

    /// The next message.
    mutating func message() async throws -> Message {
        while true {
            let event = try await event { if case .message = $0 { true } else { false } }
            if case .message(let message) = event { return message }
        }
    }

    /// Why the next attempt to connect fails.
    mutating func failure() async throws -> String {
        while true {
            let event = try await event { if case .connectionFailed = $0 { true } else { false } }
            if case .connectionFailed(let reason) = event { return reason }
        }
    }
}

/// The client ended before the awaited event.
struct EventsEnded: Error {}

/// Runs a client while `body` runs.
@discardableResult
func withClient<Value>(
    _ configuration: MessagingConfiguration, farewell: Message? = nil,
    _ body: (inout RunningClient) async throws -> Value
) async throws -> Value {
    let log = LogRecorder()
    let client = try MessagingClient(configuration: configuration, logger: log.logger)
    let run = Task { try await client.run { farewell } }
    defer { run.cancel() }
    var running = RunningClient(client: client, log: log)
    do {
        let value = try await body(&running)
        run.cancel()
        try await run.value
        return value
    } catch {
        run.cancel()
        try? await run.value
        throw error
    }
}

extension MosquittoBroker {
    /// A client's settings for this broker, quick to reconnect.
    func configuration(_ clientID: String, version: MessagingConfiguration.Version = .v5) -> MessagingConfiguration {
        MessagingConfiguration.quick(port: port, clientID: clientID, version: version)
    }
}

extension MessagingConfiguration {
    static func quick(port: UInt16, clientID: String, version: Version = .v5) -> MessagingConfiguration {
        var configuration = MessagingConfiguration(host: "127.0.0.1", port: port, clientID: clientID)
        configuration.version = version
        configuration.minimumReconnectDelay = .milliseconds(20)
        configuration.maximumReconnectDelay = .milliseconds(100)
        return configuration
    }
}

extension Message {
    init(_ topic: String, _ text: String, qos: QualityOfService = .atLeastOnce, retain: Bool = false) {
        self.init(topic: topic, payload: Array(text.utf8), qos: qos, retain: retain)
    }

    var text: String { String(decoding: payload, as: UTF8.self) }
}
