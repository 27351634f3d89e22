import RuntimeSupport

/// The events between the network thread and the program: bounded, in order, and nothing in it is ever dropped.
///
/// The bound works by back-pressure: the thread asks `isFull` and then reads no more from the network, so that TCP and the broker hold
/// what is to come. When the program has taken half of it, `wakeUp` tells the thread.
final class Inbox: Sendable {
    private struct State {
        var events: [MessagingEvent] = []
        var first = 0
        var waiting: [CheckedContinuation<MessagingEvent?, Never>] = []
        var isFinished = false
        var threadWaits = false
        var count: Int { events.count - first }
    }

    private let state = Locked(State())
    private let bound: Int
    private let wakeUp: WakeUp

    init(bound: Int, wakeUp: WakeUp) {
        self.bound = max(bound, 2)
        self.wakeUp = wakeUp
    }

    /// Whether the thread must wait. It is then woken when there is room.
    func isFull() -> Bool {
        state.withLock { state in
            if state.count >= bound { state.threadWaits = true }
            return state.threadWaits
        }
    }

    /// Hands an event to the program.
    func put(_ event: MessagingEvent) {
        let taker = state.withLock { state -> CheckedContinuation<MessagingEvent?, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.events.append(event)
            return nil
        }
        taker?.resume(returning: event)
    }

    /// The next event; nil when the client has ended and all were taken, or when the task is cancelled.
    func next() async -> MessagingEvent? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state -> (event: MessagingEvent?, hasRoom: Bool)? in
                    if state.first < state.events.count {
                        let event = state.events[state.first]
                        state.first += 1
                        if state.first > 64 && state.first * 2 > state.events.count {
                            state.events.removeFirst(state.first)
                            state.first = 0
                        }
                        let hasRoom = state.threadWaits && state.count <= bound / 2
                        if hasRoom { state.threadWaits = false }
                        return (event, hasRoom)
                    }
                    // Asked within the lock: a cancellation before it is seen here, a later one finds the continuation.
                    if state.isFinished || Task.isCancelled { return (nil, false) }
                    state.waiting.append(continuation)
                    return nil
                }
                guard let outcome else { return }
                if outcome.hasRoom { wakeUp.signal() }
                continuation.resume(returning: outcome.event)
            }
        } onCancel: {
            release(finishing: false)
        }
    }

    /// Says that no further event will come.
    func finish() {
        release(finishing: true)
    }

    private func release(finishing: Bool) {
        let waiting = state.withLock { state in
            if finishing { state.isFinished = true }
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: nil) }
    }
}
