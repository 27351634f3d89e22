import CMosquitto
import Glibc
import Logging
import RuntimeSupport

/// The body of the network thread: connects, serves the connection, and after its end begins again.
///
/// Sleeps in `poll` on the socket and on `wakeUp`, until the next deadline and no earlier. Idle, that is once for each ping and once
/// for its answer.
struct NetworkLoop {
    let configuration: MessagingConfiguration
    let inbox: Inbox
    let outbox: Outbox
    let wakeUp: WakeUp
    let counters: Locked<MessagingCounts>
    let logger: Logger
    let farewell: @Sendable () -> Message?

    /// A connection that has held for so long was good: the next wait is short again.
    private static let steadyAfter: Int64 = 10_000_000_000

    /// Runs until the outbox says stop.
    func run() {
        var backoff = RandomBackoff(
            minimum: configuration.minimumReconnectDelay,
            maximum: max(configuration.minimumReconnectDelay, configuration.maximumReconnectDelay))
        var route = Route(host: configuration.host)
        var lastLogged: ConnectionFailure?
        while !outbox.isStopping {
            if inbox.isFull() {
                wait(until: nil)
                continue
            }
            let (failure, connectedAt) = attempt(route: &route)
            outbox.close()
            guard let failure else { break }
            if let connectedAt {
                logger.warning(
                    "disconnected", metadata: ["reason": "\(failure.reason)", "advice": "\(failure.advice)"])
                inbox.put(.disconnected(reason: failure.reason))
                lastLogged = nil
                if MonotonicClock.nanoseconds - connectedAt >= Self.steadyAfter { backoff.reset() }
            } else {
                // The same trouble each minute for a week is one warning.
                logger.log(
                    level: failure == lastLogged ? .debug : .warning, "cannot connect",
                    metadata: [
                        "broker": "\(configuration)", "reason": "\(failure.reason)", "advice": "\(failure.advice)",
                    ])
                lastLogged = failure
                inbox.put(.connectionFailed(reason: failure.reason))
            }
            wait(until: MonotonicClock.nanoseconds + backoff.next().nanoseconds)
        }
        outbox.close()
    }

    /// Makes one connection and serves it to its end.
    ///
    /// - Returns: why it ended, nil when the program asked for the end; and since when it was accepted, if it ever was.
    private func attempt(route: inout Route) -> (failure: ConnectionFailure?, connectedAt: Int64?) {
        do throws(ConnectionFailure) {
            let connection = try BrokerConnection(configuration)
            try connection.open(family: route.family)
            var session = NetworkSession(loop: self, keepAlive: configuration.keepAlive)
            let failure = session.serve(connection)
            if session.reachedBroker { route.succeeded() } else { route.failed() }
            return (failure, session.connectedAt)
        } catch {
            route.failed()
            return (error, nil)
        }
    }

    /// Sleeps until `deadline`, or without end, unless the program wakes the thread to stop or because there is room.
    private func wait(until deadline: Int64?) {
        while !outbox.isStopping {
            let now = MonotonicClock.nanoseconds
            if let deadline, deadline <= now { return }
            var descriptor = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&descriptor, 1, Self.milliseconds(until: deadline, now: now))
            counters.withLock { $0.wakeUps += 1 }
            wakeUp.clear()
            if deadline == nil { return }
        }
    }

    /// How long `poll` shall wait: rounded up, so that it never comes early and turns in vain.
    static func milliseconds(until deadline: Int64?, now: Int64) -> CInt {
        guard let deadline else { return -1 }
        return CInt(clamping: (max(0, deadline - now) + 999_999) / 1_000_000)
    }
}
