/// Knows when the connection must be tested, and when it is dead. A pure value; all times in monotonic nanoseconds.
///
/// libmosquitto pings, when asked, after a keep-alive without traffic in one of the directions, and gives up only after a second one.
/// Here a connection is dead when nothing has come for 1.5 keep-alives: the answer to the ping has half of one.
struct KeepAlive {
    private let interval: Int64
    private let limit: Int64
    private var lastIn: Int64
    private var lastOut: Int64
    private var lastCheck: Int64

    /// Starts with a connection that has just been accepted. `seconds` of 0: never tests.
    init(seconds: UInt16, now: Int64) {
        // The library counts in whole seconds: a second later, its own limit has passed for certain.
        interval = seconds == 0 ? .max : (Int64(seconds) + 1) * 1_000_000_000
        limit = max(Int64(seconds) * 1_500_000_000, interval == .max ? .max : interval + 1_000_000_000)
        lastIn = now
        lastOut = now
        lastCheck = now
    }

    /// Something came.
    mutating func heard(at now: Int64) {
        lastIn = now
    }

    /// Something was sent.
    mutating func spoke(at now: Int64) {
        lastOut = now
    }

    /// The library was asked to ping.
    mutating func checked(at now: Int64) {
        lastCheck = now
    }

    /// Whether the library must be asked to ping.
    func isDue(at now: Int64) -> Bool { interval != .max && now >= due }

    /// Whether nothing has come for too long.
    func isDead(at now: Int64) -> Bool { interval != .max && now >= lastIn + limit }

    /// When to look again.
    var deadline: Int64? { interval == .max ? nil : min(due, lastIn + limit) }

    private var due: Int64 { max(min(lastIn, lastOut), lastCheck) + interval }
}
