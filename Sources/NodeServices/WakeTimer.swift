import Broadcasting
import CLinux
import Glibc
import RuntimeSupport

/// Says when an instant of the wall clock has come, and when somebody set the clock.
///
/// One thread that sleeps in the kernel: an armed timer costs nothing before its instant.
final class WakeTimer: Sendable {
    /// What a timer tells.
    enum Event: Sendable, Hashable {
        case due
        /// The clock was set, forward or back. Arm the timer again.
        case clockSet
    }

    private let descriptor: CInt

    /// - Throws: `SystemError` when the kernel gives no timer.
    init() throws {
        descriptor = timerfd_create(CLOCK_REALTIME, CInt(TFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("timerfd_create", number: errno) }
        arm(at: nil)
    }

    deinit { close(descriptor) }

    /// Rings at `instant`, or at once when it has passed; with nil only when the clock is set. Replaces what was armed before.
    func arm(at instant: Timestamp?) {
        // A time of zero would disarm it, and a year beyond 2200 is as good as never.
        let nanoseconds = min(max(instant?.nanoseconds ?? .max, 1), 7_258_118_400_000_000_000)
        let time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var value = itimerspec(it_interval: timespec(), it_value: time)
        let flags = CInt(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)
        _ = unsafe timerfd_settime(descriptor, flags, &value, nil)
    }

    /// Tells `handle` each event until the task is cancelled.
    /// - Throws: `SystemError` when no thread can be started.
    func run(_ handle: @escaping @Sendable (Event) async -> Void) async throws {
        let (events, sink) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(16))
        let stop = try WakeUp()
        let descriptor = descriptor
        let thread = try NamedThread(name: "wake timer", stackSize: 128 << 10) {
            while Self.wait(for: descriptor, or: stop.descriptor) {
                if let event = Self.expirations(of: descriptor) { sink.yield(event) }
            }
            sink.finish()
        }
        await withTaskCancellationHandler {
            for await event in events { await handle(event) }
        } onCancel: {
            stop.signal()
        }
        thread.join()
    }

    /// Sleeps until the timer has something to say: true; or until the thread shall end: false.
    private static func wait(for timer: CInt, or stop: CInt) -> Bool {
        var polled = [
            pollfd(fd: timer, events: Int16(POLLIN), revents: 0), pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
        ]
        while unsafe poll(&polled, 2, -1) < 0 {
            guard errno == EINTR else { return false }
        }
        return polled[1].revents == 0
    }

    private static func expirations(of timer: CInt) -> Event? {
        var count: UInt64 = 0
        if unsafe read(timer, &count, MemoryLayout<UInt64>.size) > 0 { return .due }
        return errno == ECANCELED ? .clockSet : nil
    }
}
