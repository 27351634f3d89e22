import Glibc

/// The two clocks that a segment is told in, in nanoseconds.
enum Clocks {
    static func monotonic() -> Int {
        read(CLOCK_MONOTONIC)
    }

    static func realtime() -> Int {
        read(CLOCK_REALTIME)
    }

    private static func read(_ clock: clockid_t) -> Int {
        var now = timespec()
        unsafe clock_gettime(clock, &now)
        return now.tv_sec * 1_000_000_000 + now.tv_nsec
    }
}
