import RuntimeSupport

/// What the program wants from the network thread: messages to publish, filters to hold, and an end.
///
/// Callers wait here for the broker's answer. The number of messages that are queued or unacknowledged is bounded.
final class Outbox: Sendable {
    /// A message on its way to the thread.
    struct Outgoing: Sendable {
        let ticket: UInt64
        let message: Message
    }

    /// A change of subscriptions on its way to the thread.
    enum Change: Sendable {
        case subscribe(filter: String, QualityOfService)
        case unsubscribe(filter: String)
    }

    private struct Waiting {
        let continuation: CheckedContinuation<Void, any Error>
        let deadline: Int64
    }

    private struct State {
        var isOpen = false
        var isStopping = false
        var nextTicket: UInt64 = 1
        var queue: [Outgoing] = []
        /// Tickets that the broker has not settled yet, whether or not somebody still waits for them.
        var unsettled: Set<UInt64> = []
        var waiting: [UInt64: Waiting] = [:]
        var filters: [String: QualityOfService] = [:]
        var changes: [Change] = []
    }

    private let state = Locked(State())
    private let limit: Int
    private let patience: Int64
    private let wakeUp: WakeUp

    init(limit: Int, timeout: Duration, wakeUp: WakeUp) {
        self.limit = limit
        patience = timeout.nanoseconds
        self.wakeUp = wakeUp
    }

    // MARK: - For the program

    /// Queues `message` and waits until it is settled, timed out or cancelled.
    func send(_ message: Message) async throws {
        let ticket = state.withLock { state in
            defer { state.nextTicket += 1 }
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let refusal = state.withLock { state -> (any Error)? in
                    // Asked within the lock: a cancellation before it is seen here, a later one finds the continuation.
                    if Task.isCancelled { return CancellationError() }
                    guard state.isOpen else { return MessagingError.notConnected }
                    guard state.unsettled.count < limit else { return MessagingError.tooBusy(limit: limit) }
                    state.unsettled.insert(ticket)
                    state.queue.append(Outgoing(ticket: ticket, message: message))
                    let deadline = MonotonicClock.nanoseconds + patience
                    state.waiting[ticket] = Waiting(continuation: continuation, deadline: deadline)
                    return nil
                }
                if let refusal {
                    continuation.resume(throwing: refusal)
                } else {
                    wakeUp.signal()
                }
            }
        } onCancel: {
            take(ticket)?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Adds filters to those that are held on each connection.
    func subscribe(_ filters: [String], qos: QualityOfService) {
        state.withLock { state in
            for filter in filters {
                state.filters[filter] = qos
                if state.isOpen { state.changes.append(.subscribe(filter: filter, qos)) }
            }
        }
        wakeUp.signal()
    }

    /// Removes filters from those that are held.
    func unsubscribe(_ filters: [String]) {
        state.withLock { state in
            for filter in filters where state.filters.removeValue(forKey: filter) != nil {
                if state.isOpen { state.changes.append(.unsubscribe(filter: filter)) }
            }
        }
        wakeUp.signal()
    }

    /// Asks the thread to end.
    func stop() {
        state.withLock { $0.isStopping = true }
        wakeUp.signal()
    }

    var isOpen: Bool { state.withLock { $0.isOpen } }

    // MARK: - For the network thread

    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// Whether messages are queued or unacknowledged.
    var hasUnsettled: Bool { state.withLock { !$0.unsettled.isEmpty } }

    /// When the first waiting caller loses patience.
    var earliestDeadline: Int64? { state.withLock { $0.waiting.values.lazy.map(\.deadline).min() } }

    /// Lets messages in, and gives all filters to subscribe to.
    func open() -> [(filter: String, qos: QualityOfService)] {
        state.withLock { state in
            state.isOpen = true
            state.changes = []
            return state.filters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }

    /// Lets nothing in any more, but keeps what is under way.
    func refuse() {
        state.withLock { $0.isOpen = false }
    }

    /// Lets nothing in, and fails all that is under way.
    func close() {
        let lost = state.withLock { state in
            state.isOpen = false
            state.queue = []
            state.changes = []
            state.unsettled = []
            let lost = state.waiting.values.map(\.continuation)
            state.waiting = [:]
            return lost
        }
        for continuation in lost { continuation.resume(throwing: MessagingError.connectionLost) }
    }

    /// Takes what callers have put since the last time.
    func drain() -> (messages: [Outgoing], changes: [Change]) {
        state.withLock { state in
            let drained = (state.queue, state.changes)
            state.queue = []
            state.changes = []
            return drained
        }
    }

    /// Gives the broker's answer for a ticket to its caller, if it still waits.
    func settle(_ ticket: UInt64, _ outcome: Result<Void, MessagingError>) {
        state.withLock { _ = $0.unsettled.remove(ticket) }
        take(ticket)?.continuation.resume(with: outcome.mapError { $0 as any Error })
    }

    /// Fails the callers whose patience has ended by `now`.
    func expire(now: Int64) {
        let expired = state.withLock { state in
            let tickets = state.waiting.filter { $0.value.deadline <= now }.map(\.key)
            return tickets.compactMap { state.waiting.removeValue(forKey: $0)?.continuation }
        }
        for continuation in expired { continuation.resume(throwing: MessagingError.timedOut) }
    }

    private func take(_ ticket: UInt64) -> Waiting? {
        state.withLock { $0.waiting.removeValue(forKey: ticket) }
    }
}

extension Duration {
    /// Whole nanoseconds; what lies beyond 292 years counts as that.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflows ? (seconds < 0 ? .min : .max) : scaled + attoseconds / 1_000_000_000
    }
}
