import Broadcasting
import FoundationEssentials
import HTTPTransfer
public import Logging
import Messaging
import NodeStore
import Playout
import RuntimeSupport
public import ServiceLifecycle

/// A node: everything between the broker and the loudspeaker, as one service.
///
/// It runs until its group is shut down; then it ends what sounds, writes that down, sends what it can, and says good-bye.
public struct Node: Service {
    private let core: NodeCore
    private let uplink: Uplink
    private let logger: Logger

    /// Opens the node's state folder and makes ready; connects and plays nothing before `run()`.
    /// - Throws: when the state folder can be neither used nor made. Neither broker nor sound card need be there, and where the disk takes
    ///   nothing the node goes on without it.
    public init(configuration: NodeConfiguration, logger: Logger) throws {
        self.logger = logger
        try FileManager.default.createDirectory(
            atPath: configuration.state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let store = try NodeStore(folder: configuration.state)
        let boot = try BootID.current().value
        let http = HTTPClient(
            // A dead address is soon left for the next one; what has come of a piece is kept.
            configuration: HTTPClient.Configuration(
                caFile: configuration.contentAuthorities, connectTimeout: .seconds(6), stallTimeout: .seconds(15)))
        core = try NodeCore(
            configuration: configuration, store: store, playhead: Self.playhead(configuration.state, logger),
            content: ContentStore(folder: "\(configuration.state)/content", quota: configuration.contentQuota),
            player: Player(
                configuration: PlayerConfiguration(configuration), amplifier: configuration.output.amplifier?.relay,
                logger: logger),
            timer: WakeTimer(), boot: boot, logger: logger,
            download: { url, path, bytes async throws(ContentFetcher.DownloadFailure) in
                try await http.fetch(url, to: path, bytes: bytes)
            })
        let presence = { @Sendable (state: Presence.State) in
            Presence(
                node: configuration.node, state: state, boot: boot, session: store.session,
                at: Timestamp(nanoseconds: WallClock.nanoseconds))
        }
        let client = try MessagingClient(
            configuration: MessagingConfiguration(configuration, will: Uplink.message(of: presence(.lost))),
            logger: logger)
        let journal = JournalSender(
            node: configuration.node, journal: store.journal, logger: logger,
            read: { [core] in await core.records(after: $0, limit: $1) },
            forget: { [core] in await core.forget(through: $0) }, publish: { try await client.publish($0) })
        uplink = Uplink(core: core, client: client, journal: journal, presence: presence, logger: logger)
    }

    private static func playhead(_ state: String, _ logger: Logger) throws(PlayheadError) -> Playhead {
        do throws(PlayheadError) {
            return try Playhead(path: "\(state)/playhead")
        } catch {
            logger.error("what is heard is not kept on the disk", metadata: ["problem": "\(error)"])
            return try Playhead(copyOf: "\(state)/playhead")
        }
    }

    public func run() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { [core, uplink] in try await core.run(journalGrew: { uplink.journal.grew() }) }
            group.addTask { [uplink] in try await uplink.run() }
            group.addTask { [core, uplink] in
                try? await gracefulShutdown()
                await core.stop()
                await uplink.journal.flush()
            }
            // The first that ends, in good order or not, ends the others.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Whether the node's core answers: what a watchdog asks.
    public func isWell() async -> Bool {
        await core.touch()
        return true
    }
}

extension HTTPClient {
    /// Downloads audio of a known size, in the terms of the fetcher.
    fileprivate func fetch(_ url: String, to path: String, bytes: Int64) async throws(ContentFetcher.DownloadFailure) {
        do {
            _ = try await download(url, to: path, expectedBytes: bytes, limit: bytes)
        } catch let error as HTTPTransferError {
            switch error.kind {
            case .tooLarge, .wrongLength: throw .wrongContent("\(error)")
            default: throw .unavailable("\(error)")
            }
        } catch {
            throw .unavailable("\(error)")
        }
    }
}

extension MessagingConfiguration {
    init(_ configuration: NodeConfiguration, will: Message?) {
        let broker = configuration.broker
        self.init(host: broker.host, port: UInt16(clamping: broker.port), clientID: "loa-node-\(configuration.node)")
        username = broker.username
        password = broker.password
        version = broker.legacy ? .v311 : .v5
        keepAlive = UInt16(clamping: broker.keepAlive)
        cleanStart = false
        sessionExpiry = 86_400
        self.will = will
        tls = broker.authorities.map { TLS(authorities: $0, certificate: broker.certificate, key: broker.key) }
    }
}
