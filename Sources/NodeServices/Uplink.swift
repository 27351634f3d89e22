import Broadcasting
import FoundationEssentials
import Logging
import Messaging
import Playout
import RuntimeSupport

/// The node's line to its controller: documents and receipts come in, journal, presence and health go out.
///
/// The broker is only transport. Whatever it loses is published again: documents by the controller on its next connection,
/// journal records by this node until they are receipted.
struct Uplink: Sendable {
    let core: NodeCore
    let client: MessagingClient
    let journal: JournalSender
    let presence: @Sendable (Presence.State) -> Presence
    let logger: Logger
    private let connected = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Stays connected until the task is cancelled; then says good-bye.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await client.run(farewell: { message(of: .stopped) }) }
            group.addTask { await receive() }
            group.addTask { await greet() }
            group.addTask { await journal.run() }
            group.addTask { await reportHealth() }
            group.addTask { await followSubscriptions() }
        }
    }

    private func receive() async {
        for await event in client.events {
            switch event {
            case .connected:
                logger.info("connected to the broker")
                connected.continuation.yield()
                await journal.connected()
                await core.touch()
            case .disconnected, .connectionFailed, .subscribed, .subscriptionRefused:
                break
            case .message(let message):
                await take(message)
            }
        }
    }

    /// Publishes presence on each connection, beside what comes in: no document waits for the broker to acknowledge it.
    private func greet() async {
        for await _ in connected.stream {
            do {
                if let online = message(of: .online) { try await client.publish(online) }
            } catch {
                logger.warning("presence not published", metadata: ["problem": "\(error)"])
            }
        }
    }

    private func take(_ message: Message) async {
        guard let topic = Topic(message.topic) else {
            logger.debug("a message on a topic that is none of ours", metadata: ["topic": "\(message.topic)"])
            return
        }
        if case .receipt(core.node) = topic {
            guard let receipt = try? Wire.decode(Receipt.self, from: Data(message.payload)) else {
                logger.warning("a receipt that cannot be read")
                return
            }
            await journal.receipted(receipt)
        } else {
            await core.receive(Data(message.payload), topic: topic)
        }
    }

    private func followSubscriptions() async {
        var current: Set<String> = []
        for await wanted in core.subscriptions {
            client.subscribe(wanted.subtracting(current).sorted())
            client.unsubscribe(current.subtracting(wanted).sorted())
            current = wanted
        }
    }

    private func reportHealth() async {
        for await _ in core.healthChanges {
            // Many things change at once when a broadcast begins; one report tells them all.
            guard (try? await Task.sleep(for: .milliseconds(500))) != nil else { return }
            // A good moment: what led to the change, a start or a download, is done. But never while something sounds: the mixer would wait
            // for its code, and for the thread that gives it back.
            if core.player.status.state != .playing, let memory = try? ProcessMemory.current(),
                memory.resident > Self.leanMemory
            {
                ProgramText.release()
            }
            guard client.isConnected else { continue }
            let health = await core.health()
            do {
                let payload = try Array(Wire.encode(health))
                try await client.publish(
                    Message(
                        topic: Topic.health(core.node).description, payload: payload, qos: .atLeastOnce, retain: true,
                        contentType: "application/json"))
            } catch {
                logger.debug("health not published", metadata: ["problem": "\(error)"])
            }
        }
    }

    /// Bytes up to which the program's code stays in memory: what is given back costs time when it is used again.
    private static let leanMemory = 20 << 20

    private func message(of state: Presence.State) -> Message? { Self.message(of: presence(state)) }

    /// A presence as it is published: retained, so that it can be seen by who comes later.
    static func message(of presence: Presence) -> Message? {
        guard let payload = try? Array(Wire.encode(presence)) else { return nil }
        return Message(
            topic: Topic.presence(presence.node).description, payload: payload, qos: .atLeastOnce, retain: true,
            contentType: "application/json")
    }
}
