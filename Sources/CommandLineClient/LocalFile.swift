import Foundation
import Glibc

/// A file of this machine that can be sent.
struct LocalFile: Hashable, Sendable {
    let path: String
    let bytes: Int64

    /// The last part of its path.
    var name: String { URL(fileURLWithPath: path).lastPathComponent }

    /// - Throws: `ClientError.file` unless it is a readable file with something in it.
    init(_ path: String) throws {
        var information = stat()
        guard unsafe stat(path, &information) == 0 else {
            throw ClientError.file(
                errno == ENOENT ? "there is no file \(path)" : "\(path) cannot be read: \(Self.words(errno))")
        }
        switch information.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw ClientError.file("\(path) is a folder: name a file")
        default: throw ClientError.file("\(path) is no regular file: save it to one first")
        }
        guard unsafe access(path, R_OK) == 0 else {
            throw ClientError.file("\(path) cannot be read: \(Self.words(errno))")
        }
        guard information.st_size > 0 else { throw ClientError.file("\(path) is empty") }
        self.path = path
        bytes = Int64(information.st_size)
    }

    /// All that it holds.
    ///
    /// - Throws: `ClientError.file` where that is more than `most` bytes, or cannot be read.
    func bytes(atMost most: Int64) throws -> [UInt8] {
        guard bytes <= most else {
            throw ClientError.file("\(path) has \(bytes) bytes, over the \(most) that such a file has at the most")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClientError.file("\(path) cannot be read")
        }
        return Array(data)
    }

    private static func words(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
