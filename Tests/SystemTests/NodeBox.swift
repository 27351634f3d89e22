import BroadcastTesting
import Broadcasting
import Crypto
import Foundation
import Glibc
import RuntimeSupport

/// One loa-node with its settings, its state and its sound card, to be started, killed and started again.
final class NodeBox: Sendable {
    let id: NodeID
    let folder: TemporaryFolder
    let card: SoundCard
    private let disk: Disk
    private let processes = Locked<[ChildProcess]>([])

    static let password = "of-the-node"

    /// Seconds of sound by which the account of a killed node may differ from its card's recording: the node notes what was heard each 0.25 s,
    /// when its mixer wakes, and the card writes down what was heard when the mixer calls it; the mixer wakes each 0.16 s.
    static let lag = 0.25 + 0.16 + 0.05

    /// What the broker lets a node do.
    static func user(_ id: NodeID, password: String = password) -> MosquittoBroker.User {
        MosquittoBroker.User(
            name: id.rawValue, password: password,
            access: ["journal", "presence", "health"].map { "write loa/v1/nodes/\(id)/\($0)" }
                + ["settings", "receipt"].map { "read loa/v1/nodes/\(id)/\($0)" } + ["read loa/v1/scopes/#"])
    }

    /// A box without a network, for a technician.
    ///
    /// - Parameter settings: further lines of its settings file, of which those of `device` come first.
    convenience init(alone settings: String, rate: Int = 48_000, channels: Int = 2) throws {
        try self.init(
            NodeID(unchecked: "alone"), brokerPort: 1,
            trustedKey: DocumentSigner(key: Curve25519.Signing.PrivateKey()).publicKey, rate: rate, channels: channels,
            settings: settings)
    }

    /// It believes its clock, for which nothing vouches on most machines that run these tests.
    ///
    /// - Parameters:
    ///   - device: the name under which it has its card, `speaker` or `plain`.
    ///   - settings: further lines of its settings file, of which those of `device` come first.
    init(
        _ id: NodeID, brokerPort: UInt16, password: String = password, trustedKey: PublicKey,
        contentAddresses: [String] = [], rate: Int = 44_100, channels: Int = 2, speed: Double = 1,
        disk: Disk = .ordinary, device: String = "speaker", settings: String = ""
    ) throws {
        self.id = id
        self.disk = disk
        folder = try TemporaryFolder(prefix: "loa-node")
        card = try SoundCard(in: folder, rate: rate, channels: channels, speed: speed)
        let addresses = contentAddresses.map { "\"\($0)\"" }.joined(separator: ", ")
        try folder.write(
            """
            node:
              id: "\(id)"
              state: \(folder.file("state"))
            mqtt:
              host: 127.0.0.1
              port: \(brokerPort)
              username: "\(id)"
              password: "\(password)"
            trust:
              keys:
                - "\(trustedKey.x)"
            content:
              addresses: [\(addresses)]
            clock:
              trust: given
            device:
              name: \(device)
              capture: speaker
              rate: \(rate)
              channels: \(channels)
            \(settings)

            """, to: "node.yaml")
    }

    deinit { signal(SIGKILL) }

    /// Starts the program, and returns when it says that it does.
    func start() async throws { try await start(on: disk) }

    /// Starts the program with its state on `disk`.
    func start(on disk: Disk) async throws { try await run(disk.command(program, state: folder.file("state"))) }

    /// Starts the program as `boot` starts it.
    func start(as boot: Boot) async throws {
        let identity = try folder.write("\(UUID().uuidString.lowercased())\n", to: "boot_id")
        try await run(boot.command(program, identity: identity))
    }

    private var program: [String] {
        [Programs.node, "run", "--config", folder.file("node.yaml"), "--log-level", "debug"]
    }

    private func run(_ command: [String]) async throws {
        let child = try ChildProcess(command[0], Array(command.dropFirst()), environment: card.environment)
        processes.withLock { $0.append(child) }
        try await child.line { $0.contains("starting") }
    }

    /// Ends it at once, as a power cut would.
    func kill() async {
        signal(SIGKILL)
        await processes.withLock { $0.last }?.wait()
    }

    /// Ends it in order, and tells how it ended.
    func stop() async -> ChildProcess.Ending? { await processes.withLock { $0.last }?.terminate() }

    func signal(_ number: CInt) { processes.withLock { $0.last }?.signal(number) }

    /// Whether the program that was started last runs.
    var isRunning: Bool { processes.withLock { $0.last.map { $0.ending == nil } ?? false } }

    /// What the programs wrote, the last one last.
    var log: String { processes.withLock { $0 }.map(\.errors).joined(separator: "—— next start ——\n") }

    /// The node's state, as the program that was started last sees it.
    var state: String {
        guard disk != .ordinary, let child = processes.withLock({ $0.last }) else { return folder.file("state") }
        return "/proc/\(child.identifier)/root\(folder.file("state"))"
    }

    /// Where the node keeps a piece of audio.
    func content(_ hash: ContentHash) -> String { "\(state)/content/\(hash).mp3" }

    /// Waits until a piece of audio is whole on the node's disk.
    func holds(_ hash: ContentHash, within patience: Duration = .seconds(20)) async throws {
        let path = content(hash)
        guard
            try await FileWatch.wait(
                for: path, within: patience, until: { FileManager.default.fileExists(atPath: path) })
        else { throw ToolFailure(description: "\(id) does not have \(hash)") }
    }

    /// Waits for a line, with all these words, of the log of the program that was started last.
    func logged(within patience: Duration = .seconds(20), _ words: String...) async throws {
        try await processes.withLock { $0.last }?.line(within: patience) { line in words.allSatisfy(line.contains) }
    }

    /// Starts a command of `loa-node` with the box's settings.
    func begin(_ command: [String]) throws -> ChildProcess {
        try ChildProcess(
            Programs.node, command + ["--config", folder.file("node.yaml")], environment: card.environment)
    }

    /// What a command of `loa-node` says with the box's settings, to the person before it, and how it ends.
    func run(_ command: String...) async throws -> (ending: ChildProcess.Ending, output: String, errors: String) {
        let child = try begin(command)
        let ending = await child.wait()
        await child.outputEnds()
        return (ending, child.output, child.errors)
    }

    /// What `loa-node check` says.
    func check() async throws -> (ending: ChildProcess.Ending, output: String) {
        let (ending, output, errors) = try await run("check")
        return (ending, output + errors)
    }
}
