import Broadcasting
import RuntimeSupport

/// A file under way, with its blocking calls on a queue.
actor Upload {
    let path: String
    private var file: IncomingFile?
    private let executor = DispatchExecutor(label: "loa.upload")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(path: String) async throws {
        self.path = path
        file = try IncomingFile(path: path)
    }

    /// - Returns: the bytes so far.
    func write(_ chunk: [UInt8]) throws -> Int64 {
        try file?.write(chunk)
        return file?.bytes ?? 0
    }

    /// Hash and size of what was received; nil after `keep` or `discard`.
    func sum() -> (sha256: ContentHash, bytes: Int64)? {
        guard let sha256 = file?.sha256, let bytes = file?.bytes else { return nil }
        return (sha256, bytes)
    }

    func keep(as name: String, in folder: String) throws {
        try file?.keep(as: name, in: folder)
        file = nil
    }

    /// Removes what was received, unless it was kept.
    func discard() { file = nil }
}
