import Glibc

/// Time that never jumps, in nanoseconds since some instant of this boot (`CLOCK_MONOTONIC`). Stands still in suspend.
public enum MonotonicClock {
    /// Now.
    public static var nanoseconds: Int64 { KernelTime.nanoseconds(CLOCK_MONOTONIC) }
}

/// Time since the boot, suspend included, in nanoseconds (`CLOCK_BOOTTIME`). Never jumps.
public enum BootClock {
    /// Now.
    public static var nanoseconds: Int64 { KernelTime.nanoseconds(CLOCK_BOOTTIME) }
}

/// The time of day in nanoseconds since 1970-01-01T00:00:00Z (`CLOCK_REALTIME`). May be wrong, and may jump.
public enum WallClock {
    /// Now.
    public static var nanoseconds: Int64 { KernelTime.nanoseconds(CLOCK_REALTIME) }
}

/// Reads the kernel's clocks.
enum KernelTime {
    static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let status = unsafe clock_gettime(clock, &time)
        precondition(status == 0, "the kernel has no clock \(clock)")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
