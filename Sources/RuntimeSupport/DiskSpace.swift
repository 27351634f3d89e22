import Glibc

/// The room on the file system that holds a path.
public struct DiskSpace: Sendable, Hashable {
    /// Bytes that this process may still write.
    public let available: Int64
    /// Bytes in all.
    public let total: Int64

    /// Asks the file system that holds `path`, which must exist.
    ///
    /// - Throws: `SystemError` when it cannot be asked.
    public static func holding(path: String) throws(SystemError) -> DiskSpace {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw .last("statvfs \(path)") }
        let unit = Int64(status.f_frsize)
        return DiskSpace(available: Int64(status.f_bavail) * unit, total: Int64(status.f_blocks) * unit)
    }
}
