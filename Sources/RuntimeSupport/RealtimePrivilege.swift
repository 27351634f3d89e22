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

    /// Keeps all memory that the process has, and all that it will touch, in RAM.
    ///
    /// `MCL_ONFAULT`: pages are locked when first used, so that the untouched stacks of other threads cost nothing.
    public static func lockProcessMemory() -> RealtimePrivilege {
        let flags = MCL_CURRENT | MCL_FUTURE | CInt(MCL_ONFAULT)
        return mlockall(flags) == 0 ? .granted : .refused(.last("mlockall"))
    }

    /// Keeps `memory` in RAM.
    public static func lock(_ memory: UnsafeRawBufferPointer) -> RealtimePrivilege {
        guard let address = memory.baseAddress else { return .granted }
        return unsafe mlock(address, memory.count) == 0 ? .granted : .refused(.last("mlock \(memory.count) bytes"))
    }

    public var description: String {
        switch self {
        case .granted: "granted"
        case .refused(let error): "refused (\(error))"
        }
    }
}
