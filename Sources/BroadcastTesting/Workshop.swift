import Foundation

/// A temporary folder in which tests make sound files with the tools of the trade. Removed with its last reference.
public final class Workshop: Sendable {
    /// A command that did not succeed.
    public struct ToolFailed: Error {
        public let command: String
        public let status: Int32
    }

    private let folder: URL

    /// Makes the folder.
    public init() throws {
        folder = URL.temporaryDirectory.appending(path: "loa-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The path of `name` in the folder.
    public func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Runs a shell command within the folder.
    public func run(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ToolFailed(command: command, status: process.terminationStatus)
        }
    }

    /// All bytes of a file.
    public func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// Writes a file.
    public func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        try Data(bytes).write(to: folder.appending(path: name))
    }

    /// Raw 32-bit floats in the machine's order.
    public func floats(_ name: String) throws -> [Float] {
        let bytes = try Data(contentsOf: folder.appending(path: name))
        var samples = [Float](repeating: 0, count: bytes.count / MemoryLayout<Float>.stride)
        unsafe samples.withUnsafeMutableBytes { target in
            _ = unsafe bytes.copyBytes(to: target)
        }
        return samples
    }
}
