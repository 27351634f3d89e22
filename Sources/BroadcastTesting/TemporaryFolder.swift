import FoundationEssentials
import Glibc
import RuntimeSupport

/// A new, empty folder that is removed, with all that is in it, when the last reference goes.
public final class TemporaryFolder: Sendable {
    /// Its absolute path.
    public let path: String

    /// Makes a folder under `TMPDIR` or `/tmp`.
    ///
    /// - Throws: `SystemError` when it cannot be made.
    public init(prefix: String = "loa") throws {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/\(prefix)-XXXXXX\0".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw SystemError("mkdtemp in \(parent)", number: errno) }
        path = unsafe String(cString: made)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of `name` in the folder.
    public func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Writes a file of text into the folder, and returns its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        let path = file(name)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
