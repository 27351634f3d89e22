import Broadcasting

/// What is known about the time: the clock where it is trusted, a lower bound where it is not.
struct KnownTime: Sendable {
    /// The last instant that was told.
    private(set) var instant: Instant?
    /// Whether the wall clock moved against the monotonic one, or gained or lost trust, since the instant before.
    private(set) var isBroken = false
    /// Where the wall clock stood when it was last set forward, if this instant is the first after that.
    private(set) var jumpedFrom: Timestamp?
    private var bound: Timestamp
    private var boundAt: Int64 = 0
    private var newestIssue = Timestamp.distantPast

    /// The least step, in nanoseconds, that is not taken for the adjustments of a synchronised clock.
    private static let leastStep: Int64 = 1_000_000_000

    /// - Parameter passed: a time that is known to have passed.
    init(passed: Timestamp?) { bound = passed ?? .distantPast }

    mutating func advance(to now: Instant) {
        jumpedFrom = nil
        isBroken = false
        if let before = instant {
            let step =
                now.wall.nanoseconds &- before.wall.nanoseconds &- (now.monotonic &- before.monotonic)
            isBroken = step.magnitude >= UInt64(Self.leastStep) || before.clockTrusted != now.clockTrusted
            if step >= Self.leastStep, before.clockTrusted, now.clockTrusted {
                jumpedFrom = now.wall.advanced(byNanoseconds: -step)
            }
            bound = max(bound.advanced(byNanoseconds: now.monotonic &- boundAt), newestIssue)
        }
        if now.clockTrusted || now.wall > bound { bound = now.wall }
        boundAt = now.monotonic
        instant = now
    }

    /// Takes a document's date into account: a time that has passed, whatever the clock says.
    mutating func learn(issuedAt: Timestamp) {
        newestIssue = max(newestIssue, issuedAt)
        if instant?.clockTrusted != true { bound = max(bound, issuedAt) }
    }

    var isTrusted: Bool { instant?.clockTrusted ?? false }

    var monotonic: Int64 { instant?.monotonic ?? 0 }

    /// The wall clock where it is trusted, else the latest time that has certainly passed. Judges what has expired.
    var reckoned: Timestamp { bound }

    /// What `due` instants of a document are compared with: what a controller dated in its past is now, whatever small
    /// skew the clocks have; beyond that only an emergency trusts an untrusted clock.
    func forDue(issuedAt: Timestamp, isEmergency: Bool) -> Timestamp {
        isTrusted || isEmergency ? max(bound, issuedAt) : issuedAt
    }
}
