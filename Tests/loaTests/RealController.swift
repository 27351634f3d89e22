import BroadcastTesting
import Foundation

/// The built program `loa-controller` with a state of its own, and no broker: what it must tell nodes waits in its outbox.
final class RealController: Sendable {
    let url: String
    let token: String
    private let folder: TemporaryFolder
    private let child: ChildProcess

    init() async throws {
        folder = try TemporaryFolder(prefix: "controller")
        let program = URL(filePath: LoaProgram.path).deletingLastPathComponent().appending(path: "loa-controller").path
        let state = folder.file("state")
        let setup = try ChildProcess(program, ["init", "--state", state, "--save-token"])
        guard await setup.wait() == .exited(0) else { throw NotStarted(errors: setup.errors) }
        let port = try LoopbackPort.free()
        let broker = try LoopbackPort.free()
        child = try ChildProcess(
            program, ["serve", "--state", state],
            environment: ["LOA_HTTP_PORT": "\(port)", "LOA_MQTT_PORT": "\(broker)", "LOA_LOG_LEVEL": "info"])
        _ = try await child.line(within: .seconds(60)) { $0.contains("serving") }
        url = "http://127.0.0.1:\(port)"
        token = try String(contentsOfFile: "\(state)/token", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    struct NotStarted: Error { let errors: String }

    func loa(_ line: String, _ arguments: [String] = []) async throws -> LoaProgram {
        try await LoaProgram(line, arguments, url: url, token: token)
    }
}
