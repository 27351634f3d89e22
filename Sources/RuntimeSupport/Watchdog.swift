/// Pings the service manager's watchdog, but only while the program says that it is well.
///
/// Run it beside the program's services, in their group. A health closure that says no, or that never returns, stops the pings; the
/// manager then kills and restarts the service (`WatchdogSec=`). Where the manager does not watch, it waits and does nothing.
public struct Watchdog: Sendable {
    private let notification: ServiceNotification
    private let isWell: @Sendable () async -> Bool
    private let wait: @Sendable (Duration) async throws -> Void

    /// Pings through `notification` at half the interval that the manager asks for, while `isWell` says true.
    public init(
        notification: ServiceNotification, clock: some Clock<Duration> = .continuous,
        isWell: @escaping @Sendable () async -> Bool
    ) {
        self.notification = notification
        self.isWell = isWell
        wait = { try await clock.sleep(for: $0, tolerance: nil) }
    }

    /// Pings until the task is cancelled.
    ///
    /// - Throws: nothing but `CancellationError`.
    public func run() async throws {
        guard let interval = notification.watchdogInterval else {
            let (never, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            throw CancellationError()
        }
        while true {
            if await isWell() {
                notification.pingWatchdog()
            }
            try await wait(interval / 2)
        }
    }
}
