import BroadcastTesting
import Foundation

/// The built program `loa`, run to its end.
struct LoaProgram {
    let status: Int32
    let output: String
    let errors: String

    /// Runs it with `line`, which is split at blanks, and then `arguments`, against `url`.
    init(
        _ line: String, _ arguments: [String] = [], url: String? = nil, token: String? = FakeController.token,
        environment: [String: String] = [:]
    ) async throws {
        let child = try ChildProcess(
            Self.path, line.split(separator: " ").map(String.init) + arguments,
            environment: Self.environment(url: url, token: token).merging(environment) { $1 })
        // The stream of lines ends with both outputs: then all is read.
        _ = try? await child.line(within: .seconds(60)) { _ in false }
        switch await child.wait() {
        case .exited(let status): self.status = status
        case .signalled(let signal): status = 128 + signal
        }
        (output, errors) = (child.output, child.errors)
    }

    /// The value at `output`, which must be one JSON value and a line end, and nothing else.
    func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard output.hasSuffix("\n"), !output.dropLast().contains("\n") else { throw NotOneValue(output: output) }
        return try JSONDecoder().decode(type, from: Data(output.utf8))
    }

    struct NotOneValue: Error { let output: String }

    /// Where the program lies: beside that of the tests.
    static var path: String {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("loa").path
    }

    static func environment(url: String?, token: String?) -> [String: String] {
        ["LOA_URL": url ?? "", "LOA_TOKEN": token ?? "", "TZ": "Asia/Ho_Chi_Minh", "LANG": "C.UTF-8", "http_proxy": ""]
    }
}
