import CLinux
import Glibc

/// The system's RealtimeKit, which gives real-time scheduling to programs whose limits (`RLIMIT_RTPRIO`) give them none, as in the session
/// of a technician. Asked through `busctl`, which every systemd has, so that no program has to carry a D-Bus library for one call.
public enum RealtimeKit {
    /// RealtimeKit gives no higher priority than this.
    private static let highestPriority = 20
    /// RealtimeKit asks for a limit: a thread that computes for so many microseconds without a wait has run away, and the kernel ends it.
    private static let longestRun: rlim_t = 200_000

    /// Asks for `SCHED_FIFO` at `priority` (1 to 99, of which it gives 20 at most) for a thread of this process. Blocks until the
    /// system has answered, for about a second at the most.
    ///
    /// - Parameter command: the program that makes the call.
    public static func schedule(thread: Int32, priority: Int, command: String = "busctl") -> RealtimePrivilege {
        var limit = rlimit()
        let resource = __rlimit_resource_t(UInt32(CLINUX_RLIMIT_RTTIME))
        unsafe getrlimit(resource, &limit)
        limit.rlim_max = min(limit.rlim_max, longestRun)
        limit.rlim_cur = limit.rlim_max
        guard unsafe setrlimit(resource, &limit) == 0 else { return .refused(.last("limit real-time runs")) }
        let name = "org.freedesktop.RealtimeKit1"
        return run([
            command, "--system", "--timeout=1", "call", name, "/org/freedesktop/RealtimeKit1", name,
            "MakeThreadRealtimeWithPID", "ttu", "\(getpid())", "\(thread)", "\(min(priority, highestPriority))",
        ])
    }

    private static func run(_ command: [String]) -> RealtimePrivilege {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor: CInt in 0...2 {
            unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        let arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
        var child: pid_t = 0
        let status = unsafe posix_spawnp(&child, command[0], &actions, nil, arguments, environ)
        guard status == 0 else { return .refused(SystemError("start \(command[0])", number: status)) }
        var ending: CInt = 0
        while unsafe waitpid(child, &ending, 0) < 0 {
            guard errno == EINTR else { return .refused(.last("wait for \(command[0])")) }
        }
        return ending == 0 ? .granted : .refused(SystemError("ask RealtimeKit", number: EACCES))
    }
}
