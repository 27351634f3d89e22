import BroadcastTesting
import Glibc

/// An amplifier's relay behind a file, which remembers what was written to it.
final class RelaySwitch: Sendable {
    let path: String
    /// Kept, since it holds the file.
    private let folder: TemporaryFolder
    private let pipe: CInt

    init(in folder: TemporaryFolder) throws {
        self.folder = folder
        path = folder.file("relay")
        guard unsafe mkfifo(path, 0o600) == 0 else { throw ToolFailure(description: "no pipe \(path)") }
        // Open at both ends, so that who writes never waits for a reader.
        pipe = unsafe open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard pipe >= 0 else { throw ToolFailure(description: "\(path) cannot be opened") }
    }

    deinit { close(pipe) }

    /// What was switched since this was asked last, in order: 1 for on.
    var changes: String {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(pipe, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).filter { !$0.isNewline }
    }
}
