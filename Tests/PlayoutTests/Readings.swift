import CLinux
import Glibc

/// Counts how often a file is opened.
final class Readings {
    private let descriptor: CInt

    init(of path: String) throws {
        descriptor = inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK))
        guard descriptor >= 0 else { throw Stage.ToolFailed(command: "inotify") }
        // With closings between them, for openings in a row would count as one.
        _ = unsafe inotify_add_watch(descriptor, path, UInt32(IN_OPEN | IN_CLOSE))
    }

    deinit { close(descriptor) }

    /// How often it was opened since this was last asked.
    var count: Int {
        var count = 0
        unsafe withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 8) { bytes in
            let length = unsafe read(descriptor, bytes.baseAddress, bytes.count)
            for at in stride(from: 0, to: length, by: MemoryLayout<inotify_event>.size) {
                let mask = unsafe bytes.loadUnaligned(fromByteOffset: at, as: inotify_event.self).mask
                if mask & UInt32(IN_OPEN) != 0 { count += 1 }
            }
        }
        return count
    }
}
