public import Logging
import RuntimeSupport
import ServiceLifecycle
import UnixSignals

extension Controller {
    /// Runs the controller until the process is told to stop (SIGTERM, SIGINT), and keeps the service manager informed.
    ///
    /// - Parameter onRunning: told the port once HTTP is served.
    public func run(
        environment: [String: String], logger: Logger, onRunning: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let notification = ServiceNotification(environment: environment)
        let services =
            services { port in
                notification.ready(status: "serving on port \(port)")
                await onRunning(port)
            } + [Supervision(notification: notification, isWell: { await isWell() })]
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
    }
}

/// Pings the watchdog while all is well, and says when the controller stops.
private struct Supervision: Service {
    let notification: ServiceNotification
    let isWell: @Sendable () async -> Bool

    func run() async throws {
        await cancelWhenGracefulShutdown {
            try? await Watchdog(notification: notification, isWell: isWell).run()
        }
        notification.stopping()
    }
}
