import CLinux
import Glibc

/// Wakes a thread that sits in `poll`: put `descriptor` among what it polls for `POLLIN`, and call `signal()` from anywhere.
///
/// Signals before the next `clear()` count as one. An eventfd underneath, which closes with the last reference.
public final class WakeUp: Sendable {
    /// Readable while a signal is pending. Only for `poll`; never read or close it.
    public let descriptor: CInt

    /// Opens the descriptor.
    ///
    /// - Throws: `SystemError` when the process has none left.
    public init() throws(SystemError) {
        descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw .last("eventfd") }
    }

    deinit {
        close(descriptor)
    }

    /// Makes the descriptor readable. Never blocks.
    public func signal() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor, &one, 8)
    }

    /// Forgets all signals up to now. Call it before looking at what they announced, never after.
    public func clear() {
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }
}
