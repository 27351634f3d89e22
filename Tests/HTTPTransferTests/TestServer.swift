import Foundation

/// The Python server of this folder, on a free port of the loopback, for as long as it is referenced.
final class TestServer: Sendable {
    struct NotStarted: Error {}

    /// What `/file` holds: the server makes the same.
    static let content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 251) })

    let port: Int
    let scheme: String
    private let input: FileHandle

    init(certificate: String? = nil) throws {
        guard let script = Bundle.module.url(forResource: "server", withExtension: "py", subdirectory: "Resources")
        else {
            throw NotStarted()
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [script.path] + (certificate.map { [$0] } ?? [])
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") {
            line.append(byte)
        }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else { throw NotStarted() }
        self.port = port
        scheme = certificate == nil ? "http" : "https"
        self.input = input.fileHandleForWriting
    }

    deinit {
        // The server ends with its standard input.
        try? input.close()
    }

    func url(_ path: String) -> String { "\(scheme)://127.0.0.1:\(port)/\(path)" }
}
