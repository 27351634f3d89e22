import Broadcasting
import Directing

/// What carries out a director's orders in a rehearsal.
protocol RehearsalPlayer {
    /// Whether no voice is loaded.
    var isIdle: Bool { get }
    /// Does what `effect` orders.
    mutating func carryOut(_ effect: Effect, at now: Instant) throws
    /// Lets time pass to `end` on the monotonic clock, or to where there is something to report. Returns where it is then.
    mutating func proceed(from now: Instant, to end: Int64) throws -> Int64
    /// Whether there is something to report.
    var hasReports: Bool { get }
    /// Hands over what there is to report, and forgets it.
    mutating func takeReports() -> [PlayerReport]
}
