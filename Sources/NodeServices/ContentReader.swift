import Broadcasting
import Crypto
import FoundationEssentials
import Glibc
import RuntimeSupport

/// Reads one piece of audio and compares it with its name, on a queue of its own.
///
/// Large audio on a slow disk takes many seconds, and nothing else must wait for them: least of all the audio of an emergency.
actor ContentReader {
    private let executor = DispatchExecutor(label: "content reader")

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Whether the file at `path` has the size and the hash of `audio`. Ends early when the task is cancelled.
    func compare(_ path: String, with audio: AudioReference) throws(ContentStore.Fault) {
        guard let found = fileSize(path) else { throw .missing }
        guard found == audio.bytes else {
            throw .corrupt("the file has \(found) bytes, the document says \(audio.bytes)")
        }
        try compare(path, with: audio.sha256)
    }

    /// Whether the file at `path` has this hash. Ends early when the task is cancelled.
    func compare(_ path: String, with hash: ContentHash) throws(ContentStore.Fault) {
        guard try self.hash(path) == hash else { throw .corrupt("the file's SHA-256 is not its name") }
    }

    /// Waits until the disk has what was written to the file or folder at `path`.
    func synchronise(_ path: String) throws(ContentStore.Fault) {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw errno == ENOENT ? .missing : .storage("open: \(words())") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .storage("fsync: \(words())") }
    }

    private func hash(_ path: String) throws(ContentStore.Fault) -> ContentHash {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .storage("open: \(words())") }
        defer { close(descriptor) }
        var sha = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 17)
        while true {
            guard !Task.isCancelled else { throw .storage("the comparison was given up") }
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            // Blocks that cannot be read any more are as good as wrong ones: fetched again, the file gets others.
            guard count >= 0 else { throw errno == EIO ? .corrupt("read: \(words())") : .storage("read: \(words())") }
            if count == 0 { return ContentHash(sha.finalize()) }
            unsafe buffer.withUnsafeBytes {
                unsafe sha.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count]))
            }
        }
    }

    private func words() -> String { SystemError.words(for: errno) }
}

/// The size of a file in bytes; nil when there is none.
func fileSize(_ path: String) -> Int64? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : nil
}
