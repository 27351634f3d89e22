import Broadcasting
import Logging
import Messaging
import RuntimeSupport
import ServiceLifecycle

/// The controller's connection to the broker, with the publisher and the collector on it.
struct BrokerLink: Service {
    let client: MessagingClient
    let publisher: Publisher
    let collector: Collector
    let monitor: NodeMonitor
    let logger: Logger
    let now: @Sendable () -> Timestamp

    /// Messages that wait for the collector at the most; then the client reads no more.
    private let inbox = Mailbox<Message>(capacity: 256)

    init(
        client: MessagingClient, publisher: Publisher, collector: Collector, monitor: NodeMonitor, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.client = client
        self.publisher = publisher
        self.collector = collector
        self.monitor = monitor
        self.logger = logger
        self.now = now
    }

    func run() async throws {
        client.subscribe(Collector.filters)
        try await cancelWhenGracefulShutdown {
            // A part that fails ends the others, and the program: the service manager starts it anew.
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.run() }
                group.addTask { try await publisher.run() }
                group.addTask { await listen() }
                group.addTask { await collect() }
                do {
                    try await group.waitForAll()
                } catch is CancellationError {
                    group.cancelAll()
                }
            }
        }
    }

    private func listen() async {
        for await event in client.events {
            switch event {
            case .connected:
                monitor.listen(since: now())
                await publisher.connected()
            case .disconnected:
                monitor.listen(since: nil)
                await publisher.disconnected()
            case .connectionFailed: break
            case .subscribed: break
            case .subscriptionRefused(let filter, let reason):
                logger.error(
                    "the broker refuses a subscription: its access list must let this user read what nodes tell",
                    metadata: ["filter": "\(filter)", "reason": "\(reason)"])
            case .message(let message): await inbox.put(message)
            }
        }
        await inbox.close()
    }

    private func collect() async {
        while let messages = await inbox.take() {
            do {
                let receipts = try await collector.take(messages)
                await withTaskGroup(of: Void.self) { group in
                    for receipt in receipts {
                        group.addTask {
                            // A receipt that is lost is made again when the node sends its records again.
                            do {
                                try await client.publish(receipt)
                            } catch {
                                logger.debug("receipt not published", metadata: ["error": "\(error)"])
                            }
                        }
                    }
                }
            } catch is CancellationError {
            } catch {
                logger.error(
                    "the ledger cannot be written: nodes keep their records and send them again",
                    metadata: ["error": "\(error)"])
            }
        }
    }
}
