import CLinux
import Glibc

/// Tells when something appears in a folder, becomes accessible there or goes away: put `descriptor` among what is polled for `POLLIN`.
///
/// An inotify underneath, which closes with the last reference.
public final class FolderWatch: Sendable {
    /// Readable once something has come or gone. Only for `poll`; never read or close it.
    public let descriptor: CInt

    /// Watches `folders`. One that is not there is waited for in the folder above it, as `/dev/snd` comes with the first card;
    /// one above which there is none either is left out.
    ///
    /// - Throws: `SystemError` when the system has no room for another watch.
    public init(_ folders: [String]) throws(SystemError) {
        descriptor = inotify_init1(CInt(IN_CLOEXEC | IN_NONBLOCK))
        guard descriptor >= 0 else { throw .last("inotify") }
        for folder in folders {
            // A device node is made first, and given to its group a moment later.
            let events = UInt32(IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE | IN_MOVED_FROM)
            if unsafe inotify_add_watch(descriptor, folder, events) < 0, let end = folder.lastIndex(of: "/") {
                let above = folder[..<end].isEmpty ? "/" : String(folder[..<end])
                _ = unsafe inotify_add_watch(descriptor, above, UInt32(IN_CREATE | IN_MOVED_TO))
            }
        }
    }

    deinit {
        close(descriptor)
    }

    /// Forgets what has come and gone up to now. Call it before looking for it, never after.
    public func clear() {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { bytes in
            while unsafe read(descriptor, bytes.baseAddress, bytes.count) > 0 {}
        }
    }
}
