import RuntimeSupport
public import ServiceLifecycle

/// Tells systemd that the program is ready, alive and stopping; see `sd_notify(3)`.
public struct SupervisedService: Service {
    private let notification: ServiceNotification
    private let watchdog: Watchdog

    /// - Parameter isWell: asked before each sign of life; a program that is ill is restarted by systemd.
    public init(environment: [String: String], isWell: @escaping @Sendable () async -> Bool) {
        notification = ServiceNotification(environment: environment)
        watchdog = Watchdog(notification: notification, isWell: isWell)
    }

    public func run() async throws {
        notification.ready(status: "running")
        await withTaskGroup { group in
            group.addTask { try? await watchdog.run() }
            try? await gracefulShutdown()
            notification.stopping()
            group.cancelAll()
        }
    }
}
