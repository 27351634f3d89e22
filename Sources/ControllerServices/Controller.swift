public import Broadcasting
import ControllerAPI
public import Logging
import Messaging
import RuntimeSupport
public import ServiceLifecycle
import ZoneReading

/// A controller with all its parts, ready to run.
public struct Controller: Sendable {
    public static let version = "0.1.0"

    let ledger: Ledger
    let web: WebInterface
    let client: MessagingClient
    let publisher: Publisher
    let collector: Collector
    let monitor: NodeMonitor
    let feed: LiveFeed
    private let lock: StateLock
    private let configuration: ControllerConfiguration
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    /// The wall clock.
    public static let wallTime: @Sendable () -> Timestamp = { Timestamp(nanoseconds: WallClock.nanoseconds) }

    /// Opens the state that `initialise` made.
    ///
    /// - Throws: `ConfigurationError` and the errors of the parts, with words for the operator.
    public init(
        state: StateFolder, configuration: ControllerConfiguration, logger: Logger,
        now: @escaping @Sendable () -> Timestamp = Controller.wallTime
    ) async throws {
        let lock = try StateLock(state)
        let ledger = try await Self.openLedger(state, now: now)
        self.lock = lock
        self.ledger = ledger
        self.configuration = configuration
        self.logger = logger
        self.now = now
        feed = LiveFeed()
        monitor = NodeMonitor(feed: feed)
        let messaging = try MessagingClient(configuration: try Self.messaging(configuration, ledger), logger: logger)
        client = messaging
        publisher = Publisher(ledger: ledger, logger: logger) { try await messaging.publish($0) }
        collector = Collector(ledger: ledger, feed: feed, monitor: monitor, logger: logger)
        let library = Library(
            state: state, ledger: ledger, feed: feed, maximumBytes: configuration.library.maximumBytes)
        let registry = NodeRegistry(ledger: ledger, feed: feed, monitor: monitor, configuration: configuration)
        let reporter = StatusReporter(
            ledger: ledger, registry: registry, state: state, startedAt: now(),
            isBrokerConnected: { messaging.isConnected })
        web = WebInterface(
            library: library, desk: BroadcastDesk(ledger: ledger, feed: feed),
            schedules: ScheduleDesk(ledger: ledger, feed: feed, zones: ZoneDatabase()), registry: registry,
            reporter: reporter, feed: feed, ledger: ledger)
        try library.prepare()
        try await registry.refresh()
        monitor.load(try await ledger.read { try $0.heardOfAll() }, now: now())
    }

    /// What runs, in one group. `onRunning` is told the port once HTTP is served.
    public func services(onRunning: @escaping @Sendable (Int) async -> Void) -> [any Service] {
        let link = BrokerLink(
            client: client, publisher: publisher, collector: collector, monitor: monitor, logger: logger, now: now)
        let housekeeping = Housekeeping(
            ledger: ledger, monitor: monitor, publisher: publisher, feed: feed, logger: logger,
            clock: ContinuousClock())
        let application = web.application(
            host: configuration.http.host, port: configuration.http.port, logger: logger, onRunning: onRunning)
        let server = WebService(
            application: application, address: "\(configuration.http.host):\(configuration.http.port)")
        return [link, server, housekeeping]
    }

    /// Whether the ledger answers; for the watchdog.
    public func isWell() async -> Bool { (try? await ledger.read { try $0.epoch() }) != nil }

    static func openLedger(_ state: StateFolder, now: @escaping @Sendable () -> Timestamp) async throws -> Ledger {
        guard PrivateFile.exists(state.ledger) else {
            throw ConfigurationError(text: "\(state.ledger) is missing: run loa-controller init --state \(state.path)")
        }
        let ledger = try Ledger(path: state.ledger, signer: try SigningKeyFile.load(state.key), now: now)
        try await ledger.write { try $0.begin() }
        return ledger
    }

    static func messaging(
        _ configuration: ControllerConfiguration, _ ledger: Ledger
    ) throws -> MessagingConfiguration {
        guard let port = UInt16(exactly: configuration.mqtt.port) else {
            throw ConfigurationError(text: "mqtt.port is 1 to 65535")
        }
        // The name tells controllers of one broker apart; the key does not change with host or restart.
        var messaging = MessagingConfiguration(
            host: configuration.mqtt.host, port: port,
            clientID: "loa-controller-\(ledger.publicKey.kid.prefix(12))")
        messaging.username = configuration.mqtt.user
        messaging.password = configuration.mqtt.password
        messaging.version = configuration.mqtt.version == "5" ? .v5 : .v311
        messaging.tls = configuration.mqtt.authorities.map { MessagingConfiguration.TLS(authorities: $0) }
        messaging.maximumReconnectDelay = .seconds(15)
        return messaging
    }
}
