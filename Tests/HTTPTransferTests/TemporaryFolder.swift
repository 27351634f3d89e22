import Foundation

/// A folder for the files of one test. Removed with its last reference.
final class TemporaryFolder: Sendable {
    private let folder: URL

    init() throws {
        folder = URL.temporaryDirectory.appending(path: "loa-http-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    func contents(_ name: String) throws -> Data { try Data(contentsOf: folder.appending(path: name)) }

    func write(_ data: Data, to name: String) throws { try data.write(to: folder.appending(path: name)) }
}
