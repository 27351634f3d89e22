import Glibc
import RuntimeSupport

/// Room that a write-ahead log is given before it is needed.
///
/// A log that grows makes each commit wait twice: for its own blocks, and for the file's new size, which the file system writes
/// elsewhere. Where the blocks are there already, and have been written before, a commit is one write and one flush of the disk.
enum LogReserve {
    /// Bytes of the log from the beginning. What `NodeStore.isCheckpointDue` allows, and as much again.
    static let bytes = 1 << 20
    /// Bytes that the disk must have left, or else they are for audio and records.
    private static let spared: Int64 = 256 << 20

    /// Fills the log at `path` with zeros up to `bytes`: SQLite reads no frame of them, and writes over them from its beginning.
    ///
    /// Best effort: where it cannot be done, commits take longer.
    static func fill(_ path: String) {
        guard let space = try? DiskSpace.holding(path: path), space.available >= spared else { return }
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        let zeros = [UInt8](repeating: 0, count: 1 << 16)
        var end = size
        while size >= 0, end < bytes {
            let count = unsafe zeros.withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress, min($0.count, bytes - end))
            }
            guard count > 0 else {
                ftruncate(descriptor, off_t(size))
                return
            }
            end += count
        }
        if end > size { fsync(descriptor) }
    }
}
