import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import Glibc
import RuntimeSupport
import Testing

/// A commune as it is run: mosquitto with its access list, a real controller with its ledger, and real nodes with their sound cards,
/// used through the command line.
final class Village: Sendable {
    static let commune = Scope.commune("cam-giang")

    let broker: MosquittoBroker
    let nodes: [NodeBox]
    let workshop: Workshop
    /// Between nodes and broker, and between nodes and the controller's audio.
    let brokerRelay: NetworkRelay
    let contentRelay: NetworkRelay
    /// The nodes' user names and passwords at the broker; also of those that have no program.
    let passwords: [NodeID: String]
    let patience: Patience
    private let state: TemporaryFolder
    private let environment: [String: String]
    private let controllers = Locked<[ChildProcess]>([])
    /// Hears journals and receipts pass.
    let line: BrokerLine

    /// Sets all up with nodes of these names, runs `body`, and ends everything; what went wrong is told with everybody's log. Anew with more
    /// patience, when `body` finds the machine too slow for what is to be shown.
    ///
    /// - Parameters:
    ///   - silent: names of further nodes that are known and have no program.
    static func run(
        nodes names: [String] = ["n1", "n2"], silent: [String] = [], rate: Int = 44_100, speed: Double = 1,
        _ body: @Sendable (Village) async throws -> Void
    ) async throws {
        try await Patience.growing { patience in
            let village = try await Village(
                names: names, silent: silent, rate: rate, speed: patience.slowed(speed), patience: patience)
            let slow = await withTaskGroup { group in
                group.addTask { try? await village.line.run() }
                defer { group.cancelAll() }
                return await village.use(body)
            }
            if let slow { throw slow }
        }
    }

    private func use(_ body: @Sendable (Village) async throws -> Void) async -> SlowMachine? {
        var tooSlow: SlowMachine?
        do {
            try await line.isListening()
            try await controllerListens()
            for node in nodes { try await node.start() }
            for node in nodes { try await line.presence(of: node.id, .online) }
            try await body(self)
        } catch let slow as SlowMachine {
            tooSlow = slow
        } catch {
            let logs = nodes.map { "— \($0.id) —\n\($0.log.suffix(8000))" }.joined(separator: "\n")
            Issue.record("\(error)\n— controller —\n\(controllerLog.suffix(8000))\n\(logs)")
        }
        for node in nodes { await node.kill() }
        await killController()
        await broker.kill()
        return tooSlow
    }

    /// Waits until the controller hears what nodes tell, after the latest start of the broker.
    func controllerListens() async throws {
        try await broker.logged(within: .seconds(40)) { $0.contains("Sending SUBACK to loa-controller-") }
    }

    private init(names: [String], silent: [String], rate: Int, speed: Double, patience: Patience) async throws {
        self.patience = patience
        workshop = try Workshop()
        let state = try TemporaryFolder(prefix: "loa-controller")
        self.state = state
        let folder = state.file("state")
        try await Tool.run(Programs.controller, "init", "--state", folder, "--save-token")
        let token = try String(contentsOfFile: "\(folder)/token", encoding: .utf8)
        broker = try await MosquittoBroker(extra: [
            "allow_anonymous false", "acl_file \(state.file("loa.acl"))",
            "password_file \(state.file("loa.passwords"))",
        ])
        let port = try LoopbackPort.free()
        brokerRelay = try NetworkRelay(to: broker.port)
        contentRelay = try NetworkRelay(to: port)
        environment = [
            "LOA_HTTP_PORT": "\(port)", "LOA_MQTT_PORT": "\(broker.port)", "LOA_MQTT_NODE_PORT": "\(brokerRelay.port)",
            "LOA_CONTENT_ADDRESSES": "http://127.0.0.1:\(contentRelay.port)/content", "LOA_LOG_LEVEL": "debug",
            // Whatever the hour in which the tests run.
            "LOA_NODES_QUIET_HOURS": "", "LOA_URL": "http://127.0.0.1:\(port)",
            "LOA_TOKEN": token.trimmingCharacters(in: .whitespacesAndNewlines),
        ]
        let first = try await Self.startController(state: folder, environment: environment)
        controllers.withLock { $0.append(first) }

        var passwords: [NodeID: String] = [:]
        var boxes: [NodeBox] = []
        for name in names + silent {
            let arguments = ["nodes", "add", name, "--scopes", "\(Self.commune)", "--json"]
            let answer = try await Tool.run(Programs.client, arguments, environment: environment)
            let credentials = try Wire.decode(NodeCredentials.self, from: Data(answer.utf8))
            passwords[credentials.node] = credentials.mqtt.password
            guard names.contains(name) else { continue }
            boxes.append(
                try NodeBox(
                    credentials.node, brokerPort: UInt16(credentials.mqtt.port), password: credentials.mqtt.password,
                    trustedKey: credentials.trustedKey, rate: rate, speed: speed))
        }
        nodes = boxes
        self.passwords = passwords
        try await Tool.run(
            Programs.controller, "broker-config", "--state", folder, "--output", state.path, environment: environment)
        let settings = try String(contentsOfFile: "\(folder)/controller.yaml", encoding: .utf8)
        let password = settings.split(separator: "password: \"").dropFirst().first?.prefix { $0 != "\"" } ?? ""
        line = try BrokerLine(
            user: "controller", password: String(password), port: broker.port,
            hearing: ["journal", "presence", "receipt"].map { "loa/v1/nodes/+/\($0)" })
        try await broker.start()
    }

    // MARK: - The controller

    private static func startController(state: String, environment: [String: String]) async throws -> ChildProcess {
        let child = try ChildProcess(
            Programs.controller, ["serve", "--state", state], environment: environment)
        try await child.line { $0.contains("serving") }
        return child
    }

    func startController() async throws {
        let child = try await Self.startController(state: state.file("state"), environment: environment)
        controllers.withLock { $0.append(child) }
    }

    func killController() async {
        let child = controllers.withLock { $0.last }
        child?.signal(SIGKILL)
        await child?.wait()
    }

    var controllerLog: String { controllers.withLock { $0 }.map(\.errors).joined(separator: "—— next start ——\n") }

    // MARK: - The command line

    /// Runs `loa`, and returns what it wrote to its standard output.
    @discardableResult
    func loa(_ arguments: String...) async throws -> String {
        try await Tool.run(Programs.client, arguments, environment: environment)
    }

    /// Runs `loa … --json`, and returns its value.
    func loa<Value: Decodable>(_ type: Value.Type, _ arguments: String...) async throws -> Value {
        let output = try await Tool.run(Programs.client, arguments + ["--json"], environment: environment)
        return try Wire.decode(type, from: Data(output.utf8))
    }

    /// Runs a `loa` that fails, and returns its exit status and what it says of it.
    func loaFailing(_ arguments: String...) async throws -> (ending: ChildProcess.Ending, words: String) {
        let (ending, child) = try await Tool.end(of: Programs.client, arguments, environment: environment)
        return (ending, child.errors)
    }

    /// The value of `loa broadcasts wait --json`.
    struct Waited: Decodable {
        var outcome: String
        var report: BroadcastReport
    }

    /// Waits until a broadcast has ended on every node.
    func wait(for id: BroadcastID, timeout: Int = 60) async throws -> Waited {
        let arguments = ["broadcasts", "wait", id.rawValue, "--timeout", "\(timeout)s", "--json"]
        let (ending, child) = try await Tool.end(of: Programs.client, arguments, environment: environment)
        guard [.exited(0), .exited(1)].contains(ending) else {
            throw ToolFailure(description: "waiting for \(id): \(ending)\n\(child.output)\(child.errors)")
        }
        return try Wire.decode(Waited.self, from: Data(child.output.utf8))
    }

    /// GETs a resource of the controller's interface that the command line does not show.
    func get<Value: Decodable>(_ type: Value.Type, _ path: String) async throws -> Value {
        let output = try await Tool.run(
            "curl", "-sS", "--fail", "-H", "Authorization: Bearer \(environment["LOA_TOKEN"] ?? "")",
            "\(environment["LOA_URL"] ?? "")\(path)")
        return try Wire.decode(type, from: Data(output.utf8))
    }

    /// POSTs a file as audio, and returns status and body of the answer.
    func upload(_ path: String) async throws -> (status: String, body: String) {
        let output = try await Tool.run(
            "curl", "-sS", "-X", "POST", "-H", "Authorization: Bearer \(environment["LOA_TOKEN"] ?? "")", "-H",
            "Content-Type: audio/mpeg", "--data-binary", "@\(path)", "-w", "\n%{http_code}",
            "\(environment["LOA_URL"] ?? "")\(Route.audio)")
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }

    /// Adds a file to the library and asks for a broadcast of it that sounds at unity gain, so that it can be compared to the bit.
    func broadcast(
        _ path: String, at due: Timestamp? = nil, class: BulletinClass = .normal,
        whenInterrupted: InterruptionPolicy? = nil
    ) async throws -> BroadcastItem {
        let audio = try await loa(AudioItem.self, "audio", "add", path)
        var request = BroadcastRequest(audio: [audio.sha256], scopes: [Self.commune], class: `class`)
        request.at = due
        request.volume = -audio.gain
        request.whenInterrupted = whenInterrupted
        let output = try await Tool.run(
            "curl", "-sS", "--fail-with-body", "-X", "POST", "-H",
            "Authorization: Bearer \(environment["LOA_TOKEN"] ?? "")", "-H", "Content-Type: application/json", "-d",
            String(decoding: try Wire.encode(request), as: UTF8.self),
            "\(environment["LOA_URL"] ?? "")\(Route.broadcasts)")
        return try Wire.decode(BroadcastItem.self, from: Data(output.utf8))
    }

    /// A node's journal as the ledger has it, the oldest record first.
    ///
    /// - Throws: also `SlowMachine`, when something was not decoded in time: then nothing can be said of what sounded.
    func journal(of node: NodeBox) async throws -> [JournalRecord] {
        let entries = try await get(List<JournalEntry>.self, Route.journal(of: node.id) + "?limit=1000").items
        let records = entries.map(\.record).sorted { $0.sequence < $1.sequence }
        for case .playback(let event) in records.map(\.event) { try event.requireDecoded() }
        return records
    }

    /// Starts `loa watch --json`.
    func watch() throws -> ChildProcess {
        try ChildProcess(Programs.client, ["watch", "--json"], environment: environment)
    }

    // MARK: - Judging

    /// Waits until all that the nodes have told is receipted.
    func everythingIsReceipted(within patience: Duration = .seconds(40)) async throws {
        for node in nodes {
            try await line.receipt(for: node.id, through: line.highestSequence(of: node.id), within: patience)
        }
    }

    /// Each record of the journals is in the ledger once and none is missing; each cue ended once and began at most once.
    func checkJournals(_ ids: [BroadcastID]) async throws {
        try await everythingIsReceipted()
        let unreadable = try await get(List<UnreadableRecord>.self, Route.unreadableRecords).items
        #expect(unreadable.isEmpty)
        for node in nodes {
            let records = try await journal(of: node)
            #expect(records.map(\.sequence) == Array(1...Int64(max(1, records.count))), "\(node.id)")
            for id in ids {
                let told = records.playbacks(of: CueID(broadcast: id, number: 0))
                #expect(told.filter(\.final).count == 1, "\(id) on \(node.id): \(told.map(\.kind))")
                #expect(told.filter { $0.kind == .started }.count <= 1, "\(id) on \(node.id): \(told.map(\.kind))")
            }
        }
    }
}
