import Broadcasting
import Crypto
import Glibc

/// A file that is being received: written to the incoming folder, hashed on the way, and removed unless it is kept.
///
/// Its calls block; `Library` makes them on its own queue.
struct IncomingFile: ~Copyable {
    let path: String
    private(set) var bytes: Int64 = 0
    private let descriptor: CInt
    private var hash = SHA256()
    private var isKept = false

    init(path: String) throws(FileError) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .last("create", path) }
        self.path = path
    }

    deinit {
        close(descriptor)
        if !isKept { unsafe unlink(path) }
    }

    mutating func write(_ chunk: [UInt8]) throws(FileError) {
        var rest = chunk[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("write", path)
            }
            rest = rest.dropFirst(count)
        }
        hash.update(data: chunk)
        bytes += Int64(chunk.count)
    }

    var sha256: ContentHash { ContentHash(hash.finalize()) }

    /// Makes the file durable under its final name in `folder`.
    mutating func keep(as name: String, in folder: String) throws(FileError) {
        guard fsync(descriptor) == 0 else { throw .last("sync", path) }
        guard fchmod(descriptor, 0o644) == 0 else { throw .last("change the mode of", path) }
        guard unsafe rename(path, "\(folder)/\(name)") == 0 else { throw .last("rename", path) }
        isKept = true
        try PrivateFile.syncFolder(folder)
    }
}
