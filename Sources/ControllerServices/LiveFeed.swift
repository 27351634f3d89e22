import ControllerAPI
import RuntimeSupport

/// Hands what happens to everyone who watches.
///
/// Each watcher has room for 256 events. One that is slower misses some, and is told so by an event of kind `gap`.
final class LiveFeed: Sendable {
    fileprivate struct Watcher {
        let continuation: AsyncStream<LiveEvent>.Continuation
        var missed = false
    }

    private struct State {
        var watchers: [Int: Watcher] = [:]
        var next = 0
        var isClosed = false
    }

    private let state = Locked(State())
    static let room = 256

    /// What happens from now on. Ends when the feed is closed.
    func events() -> AsyncStream<LiveEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: LiveEvent.self, bufferingPolicy: .bufferingOldest(Self.room))
        let id = state.withLock { state -> Int? in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.watchers[state.next] = Watcher(continuation: continuation)
            return state.next
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in _ = state.watchers.removeValue(forKey: id) }
        }
        return stream
    }

    func publish(_ events: [LiveEvent]) {
        guard !events.isEmpty else { return }
        state.withLock { state in
            for id in state.watchers.keys {
                for event in events { state.watchers[id]?.offer(event) }
            }
        }
    }

    func publish(_ event: LiveEvent) { publish([event]) }

    /// Ends every watcher's stream, and those of later ones at once.
    func close() {
        let watchers = state.withLock { state in
            state.isClosed = true
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.continuation.finish() }
    }

    var watcherCount: Int { state.withLock { $0.watchers.count } }
}

extension LiveFeed.Watcher {
    mutating func offer(_ event: LiveEvent) {
        if missed {
            let gap = LiveEvent(.gap, at: event.at, text: "events were missed: the watcher was too slow")
            guard case .enqueued = continuation.yield(gap) else { return }
            missed = false
        }
        if case .dropped = continuation.yield(event) { missed = true }
    }
}
