import CLinux
import Glibc

/// Wakes a thread that sits in `poll`: put `descriptor` among what it polls for `POLLIN`, and call `signal()` from anywhere.
///
/// Signals before the next `clear()` count as one. An eventfd underneath, which closes with the last reference.
public final class WakeUp: Sendable {
    /// The wake-up without a reference to count, for a thread that must not: good for as long as somebody keeps the wake-up itself.
    public struct Bell: Sendable, BitwiseCopyable {
        /// Readable while a signal is pending. Only for `poll`; never read or close it.
        public let descriptor: CInt

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

    public let bell: Bell

    /// Readable while a signal is pending. Only for `poll`; never read or close it.
    public var descriptor: CInt { bell.descriptor }

    /// Opens the descriptor.
    ///
    /// - Throws: `SystemError` when the process has none left.
    public init() throws(SystemError) {
        bell = Bell(descriptor: eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK)))
        guard descriptor >= 0 else { throw .last("eventfd") }
    }

    deinit {
        close(descriptor)
    }

    /// Makes the descriptor readable. Never blocks.
    public func signal() { bell.signal() }

    /// Forgets all signals up to now. Call it before looking at what they announced, never after.
    public func clear() { bell.clear() }
}
