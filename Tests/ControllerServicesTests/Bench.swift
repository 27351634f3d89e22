import BroadcastTesting
import Broadcasting
import ControllerAPI
import Crypto
import FoundationEssentials
import Logging
import RuntimeSupport
import ZoneReading

@testable import ControllerServices

/// A ledger in a temporary folder, with a clock that tests set, and the parts of the controller that stand on it.
final class Bench: Sendable {
    let folder: TemporaryFolder
    let state: StateFolder
    let signer: DocumentSigner
    let ledger: Ledger
    let feed = LiveFeed()
    let monitor: NodeMonitor
    let log = LogRecorder()
    private let clock: Locked<Timestamp>

    static let start = Timestamp(secondsSinceEpoch: 1_795_000_000)

    init(_ folder: TemporaryFolder? = nil, signer: DocumentSigner = DocumentSigner(key: .init())) throws {
        let folder = try folder ?? TemporaryFolder()
        let clock = Locked(Self.start)
        self.folder = folder
        self.clock = clock
        self.signer = signer
        state = StateFolder(path: folder.path)
        ledger = try Ledger(path: state.ledger, signer: signer) { clock.withLock { $0 } }
        monitor = NodeMonitor(feed: feed)
    }

    var now: Timestamp { clock.withLock { $0 } }

    func pass(_ seconds: Double) { clock.withLock { $0 = $0.advanced(bySeconds: seconds) } }

    var configuration: ControllerConfiguration {
        var configuration = ControllerConfiguration()
        configuration.content.addresses = ["http://content.example/"]
        return configuration
    }

    var registry: NodeRegistry {
        NodeRegistry(ledger: ledger, feed: feed, monitor: monitor, configuration: configuration)
    }

    var desk: BroadcastDesk { BroadcastDesk(ledger: ledger, feed: feed) }

    var schedules: ScheduleDesk { ScheduleDesk(ledger: ledger, feed: feed, zones: ZoneDatabase()) }

    var collector: Collector { Collector(ledger: ledger, feed: feed, monitor: monitor, logger: log.logger) }

    /// Takes the ledger into use, with nodes in the commune of Cam Giang and one piece of audio of ten seconds.
    func furnish(nodes: [String] = ["n1", "n2"]) async throws {
        try await ledger.write { try $0.begin() }
        for node in nodes {
            _ = try await registry.add(NodeRequest(id: NodeID(unchecked: node), scopes: [.camGiang]))
        }
        try await addAudio(.sample, duration: 10)
    }

    func addAudio(_ sha256: ContentHash, duration: Double) async throws {
        let now = now
        _ = try await ledger.write {
            try $0.add(
                AudioItem(
                    sha256: sha256, title: "sample", bytes: 1000, duration: duration, loudness: -20, truePeak: -3,
                    gain: 2, sampleRate: 44_100, channels: 1, addedAt: now))
        }
    }

    func document(_ topic: Topic) async throws -> Document<BroadcastsDocument>? {
        let all = try await ledger.read { try $0.unsent() }
        guard let outgoing = all.first(where: { $0.topic == topic.description }) else { return nil }
        return try DocumentVerifier(keys: [signer.publicKey]).verify(
            Array(outgoing.compact.utf8), as: BroadcastsDocument.self, topic: topic)
    }
}

extension Scope {
    static let camGiang = Scope.named("commune.cam-giang")

    static func named(_ text: String) -> Scope {
        guard let scope = Scope(text) else { preconditionFailure("not a scope: \(text)") }
        return scope
    }
}

extension ContentHash {
    static let sample = ContentHash(SHA256.hash(data: Array("sample".utf8)))
}

extension NodeID {
    static let n1 = NodeID(unchecked: "n1")
    static let n2 = NodeID(unchecked: "n2")
}
