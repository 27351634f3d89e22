import Broadcasting

/// Whether the node's clock may be believed, and by how much it was stepped.
///
/// A clock that shows a possible time is not yet right: after a power cut a box without a battery shows the instant that it saved last
/// (fake-hwclock, systemd-timesyncd), hours ago. So a clock is believed once something vouches for it: the kernel, told by NTP since the
/// boot; a clock with a battery that agrees with it; the owner's word; or this boot's earlier program, which believed it. All but the first
/// count only where the clock is not behind the last instant on the node's disk, and no longer once it was set back behind it.
struct ClockTrust: Sendable {
    /// The latest instant that is known to have been.
    private(set) var latest: Timestamp
    private(set) var trusted = true
    private let isGiven: Bool
    private var wasSynchronised = false
    private var isVouched: Bool
    /// Wall time minus boot time, at the last look.
    private var offset: Int64?

    /// - Parameters:
    ///   - latest: the latest instant on the node's disk.
    ///   - isGiven: whether the clock's owner says that it is right, by a source that the kernel does not know.
    ///   - wasTrusted: whether an earlier program of this boot has trusted the clock.
    init(latest: Timestamp, isGiven: Bool = false, wasTrusted: Bool = false) {
        self.latest = latest
        self.isGiven = isGiven
        isVouched = wasTrusted
    }

    /// Seconds by which a step must move the clock to count; less is the clock's own correction.
    static let smallestStep = 0.25

    /// Seconds by which a battery's clock may differ from the wall clock and still agree: what a cheap crystal loses in months.
    static let agreement = 120.0

    /// What a look at the clock found.
    struct Finding: Hashable, Sendable {
        /// Seconds that the clock was moved since the last look, when it was stepped.
        var step: Double?
        var trusted: Bool
    }

    /// Looks at the clock: `wall` and nanoseconds of CLOCK_BOOTTIME of one moment, and whether the kernel says it is synchronised.
    ///
    /// - Parameter batteries: what the clocks with a battery show; asked only while it matters.
    mutating func look(
        wall: Timestamp, boot: Int64, synchronised: Bool, batteries: @autoclosure () -> [Timestamp]
    ) -> Finding {
        let (now, _) = wall.nanoseconds.subtractingReportingOverflow(boot)
        let moved = offset.map { Double(now) / 1e9 - Double($0) / 1e9 } ?? 0
        let stepped = moved.magnitude >= Self.smallestStep
        offset = now
        wasSynchronised = wasSynchronised || synchronised
        if isVouched, latest.seconds(since: wall) > Self.agreement { isVouched = false }
        if !wasSynchronised, !isVouched, !isGiven, wall >= latest {
            // One that is behind what has been has lost its time: its battery is flat.
            isVouched = batteries().contains { $0 >= latest && $0.seconds(since: wall).magnitude <= Self.agreement }
        }
        trusted = wasSynchronised || (isVouched || isGiven) && wall >= latest
        if trusted { latest = max(latest, wall) }
        return Finding(step: stepped ? moved : nil, trusted: trusted)
    }
}
