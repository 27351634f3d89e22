import BroadcastTesting
import Foundation

/// Makes sound files with the tools that broadcasters use.
struct Workshop {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    struct ToolFailed: Error { let command: String }

    /// Runs a shell command in the folder.
    func run(_ command: String) async throws {
        let shell = try ChildProcess("/bin/sh", ["-c", command], folder: folder.path)
        guard await shell.wait() == .exited(0) else { throw ToolFailed(command: command) }
    }

    /// Vietnamese speech as MP3.
    func speech(_ name: String, options: String = "-b 64") async throws -> Data {
        try await run(
            "espeak-ng -v vi 'Thông báo: chiều nay có bão.' -w \(name).wav && lame --quiet \(options) \(name).wav \(name)"
        )
        return try data(name)
    }

    func data(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: folder.file(name))) }
}
