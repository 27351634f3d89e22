import CLinux
import Glibc

/// Asks the system for what an audio thread would like to have. Best effort: a refusal is a value, to be logged once.
///
/// The limits belong into the systemd unit (`LimitRTPRIO`, `LimitMEMLOCK`).
public enum RealtimePrivilege: Sendable, Hashable, CustomStringConvertible {
    /// The system agreed.
    case granted
    /// The system refused, for the reason in the error.
    case refused(SystemError)

    /// Puts the calling thread under `SCHED_FIFO` at `priority` (1 to 99).
    public static func scheduleCallingThread(priority: Int) -> RealtimePrivilege {
        var parameters = sched_param()
        parameters.sched_priority = CInt(clamping: priority)
        // Children of this thread, if any, must not inherit real-time scheduling.
        let policy = SCHED_FIFO | CInt(CLINUX_SCHED_RESET_ON_FORK)
        let status = unsafe pthread_setschedparam(pthread_self(), policy, &parameters)
        return status == 0 ? .granted : .refused(SystemError("SCHED_FIFO \(priority)", number: status))
    }

    /// Has the calling thread run ahead of the program's others, and of other programs, by its `niceness` (-20 to 19).
    public static func favourCallingThread(niceness: Int) -> RealtimePrivilege {
        // On Linux the nice value is each thread's own.
        let status = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(gettid()), CInt(clamping: niceness))
        return status == 0 ? .granted : .refused(.last("nice \(niceness)"))
    }

    /// The kernel's number of the calling thread, for ``RealtimeKit``.
    public static var callingThread: Int32 { gettid() }

    /// Has the calling thread run on one processor only, counted from 0.
    public static func runCallingThread(onProcessor processor: Int) -> RealtimePrivilege {
        clinux_run_on(UInt32(clamping: processor)) == 0 ? .granted : .refused(.last("run on processor \(processor)"))
    }

    /// Keeps `memory` in RAM: what is there now, and each further page from its first use on, so that what is never used
    /// costs nothing.
    public static func lock(_ memory: UnsafeRawBufferPointer) -> RealtimePrivilege {
        guard let address = memory.baseAddress else { return .granted }
        let status = unsafe mlock2(address, memory.count, UInt32(CLINUX_MLOCK_ONFAULT))
        return status == 0 ? .granted : .refused(.last("mlock \(memory.count) bytes"))
    }

    /// Has `bytes` of the calling thread's stack backed by memory now, and keeps them in RAM.
    public static func lockStack(bytes: Int) -> RealtimePrivilege {
        unsafe lock(UnsafeRawBufferPointer(start: clinux_touch_stack(bytes), count: bytes))
    }

    /// Keeps the program's code in RAM, each page from its first use on, until `ProgramText.release()` gives back what was used once.
    public static func lockCode() -> RealtimePrivilege { ProgramText.lock() }

    public var description: String {
        switch self {
        case .granted: "granted"
        case .refused(let error): "refused (\(error))"
        }
    }
}
