import Broadcasting
import ControllerAPI
import Hummingbird
import Logging

/// The HTTP interface: `/api/v1` for those with a token, `/content` and `/healthz` for all.
struct WebInterface: Sendable {
    let library: Library
    let desk: BroadcastDesk
    let schedules: ScheduleDesk
    let registry: NodeRegistry
    let reporter: StatusReporter
    let feed: LiveFeed
    let ledger: Ledger

    func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.add(middleware: ProblemMiddleware())
        ContentRoutes(library: library).add(to: router)
        let status = StatusRoutes(reporter: reporter, ledger: ledger)
        status.addHealth(to: router)
        let group = router.group("\(Route.root)").add(middleware: TokenMiddleware(ledger: ledger))
        AudioRoutes(library: library).add(to: group)
        BroadcastRoutes(desk: desk).add(to: group)
        NodeRoutes(registry: registry).add(to: group)
        ScheduleRoutes(desk: schedules).add(to: group)
        status.add(to: group)
        EventRoutes(feed: feed, now: { ledger.time }).add(to: group)
        return router
    }

    /// - Parameter onRunning: told the port once the server listens.
    func application(
        host: String, port: Int, logger: Logger, onRunning: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol {
        Application(
            router: router(), configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? port) }, logger: logger)
    }
}
