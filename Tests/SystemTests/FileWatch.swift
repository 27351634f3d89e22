import Glibc
import RuntimeSupport

/// Says when a file changes, as the kernel tells it.
enum FileWatch {
    /// Waits until `isReached` says yes of the file at `path`, which need not exist yet; asks at the start and after each change in its folder.
    ///
    /// - Returns: whether that came within `patience`.
    static func wait(
        for path: String, within patience: Duration = .seconds(20), until isReached: @escaping @Sendable () -> Bool
    ) async throws -> Bool {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let descriptor = inotify_init1(CInt(IN_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("inotify_init1", number: errno) }
        let watched = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE)
        guard unsafe inotify_add_watch(descriptor, folder, watched) >= 0 else {
            close(descriptor)
            throw SystemError("watch \(folder)", number: errno)
        }
        let seconds = Int64(patience.components.seconds)
        return try await withCheckedThrowingContinuation { continuation in
            do {
                _ = try NamedThread(name: "file-watch") {
                    let deadline = MonotonicClock.nanoseconds + seconds * 1_000_000_000
                    var found = isReached()
                    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    var events = [UInt8](repeating: 0, count: 4096)
                    while !found, MonotonicClock.nanoseconds < deadline {
                        let left = (deadline - MonotonicClock.nanoseconds) / 1_000_000 + 1
                        if unsafe poll(&polled, 1, CInt(clamping: left)) > 0 {
                            _ = unsafe read(descriptor, &events, events.count)
                        }
                        found = isReached()
                    }
                    close(descriptor)
                    continuation.resume(returning: found)
                }
            } catch {
                close(descriptor)
                continuation.resume(throwing: error)
            }
        }
    }
}
