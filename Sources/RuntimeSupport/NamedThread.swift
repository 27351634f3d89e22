import CLinux
import Glibc

/// A thread of the operating system with a name that `top -H` and a debugger show.
///
/// For loops that block in C. Whoever starts it says what ends its body, and may wait for that with `join()`.
public final class NamedThread: Sendable {
    /// The name, cut to the 15 bytes that Linux keeps.
    public let name: String
    private let handle: Locked<pthread_t?>

    /// Starts `body` on a new thread with all signals blocked, so that they reach the program's own handlers.
    ///
    /// - Parameter stackSize: bytes of stack, or nil for the system's default (usually 8 MB of address space).
    /// - Throws: `SystemError` when the system has no room for another thread.
    public init(name: String, stackSize: Int? = nil, body: sending @escaping () -> Void) throws(SystemError) {
        self.name = Self.cut(name)
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        if let stackSize {
            let status = unsafe pthread_attr_setstacksize(&attributes, stackSize)
            guard status == 0 else { throw SystemError("set the stack size of thread \(name)", number: status) }
        }
        var all = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
        let start = unsafe Unmanaged.passRetained(ThreadStart(name: self.name, body: body))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, &attributes,
            { context in
                guard let context = unsafe context else { return nil }
                let start = unsafe Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
                unsafe pthread_setname_np(pthread_self(), start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            unsafe start.release()
            throw SystemError("start thread \(name)", number: status)
        }
        handle = Locked(thread)
    }

    deinit {
        if let thread = handle.withLock({ $0.take() }) {
            pthread_detach(thread)
        }
    }

    /// Waits until the body has ended. The first call waits, further ones return at once. Blocks the calling thread.
    public func join() {
        if let thread = handle.withLock({ $0.take() }) {
            pthread_join(thread, nil)
        }
    }

    private static func cut(_ name: String) -> String {
        var name = name
        while name.utf8.count > 15 { name.removeLast() }
        return name
    }
}

/// What a new thread needs to begin.
private final class ThreadStart {
    let name: String
    let body: () -> Void

    init(name: String, body: sending @escaping () -> Void) {
        self.name = name
        self.body = body
    }
}
