public import Logging
import RuntimeSupport

/// A client of an MQTT broker that stays connected, subscribed and honest for as long as `run()` runs.
///
/// libmosquitto lives on one thread of its own, which sleeps until the network or a caller needs it: an idle connection wakes it
/// a few times a minute. All methods may be called from anywhere.
public final class MessagingClient: Sendable {
    /// What happens, in order, for one consumer. Ends when `run()` has ended.
    ///
    /// Nothing is dropped. At most `maximumEvents` wait (and the few that were already read): then the client reads no more from the
    /// network until the program has taken half of them, and the broker queues. A consumer that stalls for longer than the keep-alive
    /// loses the connection, and gets a new one when it goes on. An arrived QoS 1 message is acknowledged to the broker when it is
    /// read, before the program has seen it: what must survive a crash is retained, or sent again by its sender until it is receipted.
    public let events: AsyncStream<MessagingEvent>

    private let configuration: MessagingConfiguration
    private let logger: Logger
    private let wakeUp: WakeUp
    private let inbox: Inbox
    private let outbox: Outbox
    private let counters = Locked(MessagingCounts())
    private let hasRun = Locked(false)

    /// Makes a client that is not connected yet.
    ///
    /// - Throws: `SystemError` when the process has no descriptors left.
    public init(configuration: MessagingConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        wakeUp = try WakeUp()
        let inbox = Inbox(bound: configuration.maximumEvents, wakeUp: wakeUp)
        self.inbox = inbox
        outbox = Outbox(limit: configuration.maximumPending, timeout: configuration.publishTimeout, wakeUp: wakeUp)
        events = AsyncStream { await inbox.next() }
    }

    /// Connects, and connects again with jittered back-off whatever happens, until the task is cancelled.
    ///
    /// Then it gives messages under way two seconds, publishes what `farewell` returns, and disconnects in order, so that the broker
    /// does not publish the will. Call it once.
    /// - Throws: `SystemError` when the thread cannot be started.
    public func run(farewell: @escaping @Sendable () -> Message? = { nil }) async throws {
        let isFirst = hasRun.withLock { hasRun in
            defer { hasRun = true }
            return !hasRun
        }
        precondition(isFirst, "run() is called once")
        defer { inbox.finish() }
        let loop = NetworkLoop(
            configuration: configuration, inbox: inbox, outbox: outbox, wakeUp: wakeUp, counters: counters,
            logger: logger, farewell: farewell)
        // Cancellation must not end this wait: the thread says itself when it has disconnected.
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
                do {
                    _ = try NamedThread(name: "mqtt") {
                        loop.run()
                        ended.resume()
                    }
                } catch {
                    ended.resume(throwing: error)
                }
            }
        } onCancel: {
            outbox.stop()
        }
    }

    /// Subscribes now and on each later connection. What the broker says comes as an event.
    ///
    /// A filter that breaks MQTT's rules is logged and left out.
    public func subscribe(_ filters: [String], qos: QualityOfService = .atLeastOnce) {
        outbox.subscribe(
            filters.filter { filter in
                let isValid = Topic.isFilter(filter)
                if !isValid { logger.warning("not a topic filter", metadata: ["filter": "\(filter.debugDescription)"]) }
                return isValid
            }, qos: qos)
    }

    /// Ends subscriptions, now and for later connections.
    public func unsubscribe(_ filters: [String]) {
        outbox.unsubscribe(filters)
    }

    /// Publishes, and returns when the broker has acknowledged (QoS 0: when the kernel has taken it).
    ///
    /// Waits for at most the configuration's `publishTimeout`. Nothing is queued for a later connection: whoever must be heard keeps
    /// the message and publishes it again after `.connected`.
    /// - Throws: `MessagingError`; `CancellationError`, when the message may or may not have been sent.
    public func publish(_ message: Message) async throws {
        guard Topic.isPublishable(message.topic) else { throw MessagingError.invalidTopic(message.topic) }
        guard message.payload.count <= configuration.maximumPayload else {
            throw MessagingError.tooLarge(bytes: message.payload.count)
        }
        try await outbox.send(message)
    }

    /// Whether the broker has accepted the present connection.
    public var isConnected: Bool { outbox.isOpen }

    /// What was done so far.
    public var counts: MessagingCounts { counters.withLock { $0 } }
}
