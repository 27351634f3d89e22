import CLinux
import Glibc

/// What the kernel believes about its time of day: whether something (NTP, PTP, GPS) keeps it right, and how well.
public struct ClockDiscipline: Sendable, Hashable {
    /// True while a time daemon vouches for the clock; the kernel withdraws it when the estimated maximum error grows too large.
    public let isSynchronised: Bool
    /// What the daemon has still to correct. Positive: the clock is behind.
    public let offset: Duration
    /// The daemon's estimate of the error.
    public let estimatedError: Duration
    /// The bound on the error; grows by 500 µs a second without news from the daemon.
    public let maximumError: Duration

    /// Makes a state, for tests and for records.
    public init(isSynchronised: Bool, offset: Duration, estimatedError: Duration, maximumError: Duration) {
        self.isSynchronised = isSynchronised
        self.offset = offset
        self.estimatedError = estimatedError
        self.maximumError = maximumError
    }

    /// Asks the kernel (`adjtimex`, read only; needs no privilege).
    ///
    /// - Throws: `SystemError` where the call is forbidden, as in some containers.
    public static func current() throws(SystemError) -> ClockDiscipline {
        var state = timex()
        let verdict = unsafe adjtimex(&state)
        guard verdict >= 0 else { throw .last("adjtimex") }
        let unit = state.status & STA_NANO != 0 ? 1 : 1000
        return ClockDiscipline(
            isSynchronised: verdict != TIME_ERROR && state.status & STA_UNSYNC == 0,
            offset: .nanoseconds(Int64(state.offset) * Int64(unit)),
            estimatedError: .microseconds(Int64(state.esterror)),
            maximumError: .microseconds(Int64(state.maxerror)))
    }
}
