import Broadcasting

/// Whether the node's clock may be believed, and by how much it was stepped.
///
/// Not trusted is a clock that nothing has set right since the boot and that is earlier than the last instant on the node's
/// disk: the box lost its time with its power.
struct ClockTrust: Sendable {
    /// The latest instant that is known to have been.
    private(set) var latest: Timestamp
    private(set) var trusted = true
    private var wasSynchronised = false
    /// Wall time minus boot time, at the last look.
    private var offset: Int64?

    init(latest: Timestamp) { self.latest = latest }

    /// Seconds by which a step must move the clock to count; less is the clock's own correction.
    static let smallestStep = 0.25

    /// What a look at the clock found.
    struct Finding: Hashable, Sendable {
        /// Seconds that the clock was moved since the last look, when it was stepped.
        var step: Double?
        var trusted: Bool
    }

    /// Looks at the clock: `wall` and nanoseconds of CLOCK_BOOTTIME of one moment, and whether the kernel says it is synchronised.
    mutating func look(wall: Timestamp, boot: Int64, synchronised: Bool) -> Finding {
        let (now, _) = wall.nanoseconds.subtractingReportingOverflow(boot)
        let moved = offset.map { Double(now) / 1e9 - Double($0) / 1e9 } ?? 0
        let stepped = moved.magnitude >= Self.smallestStep
        offset = now
        wasSynchronised = wasSynchronised || synchronised
        trusted = wasSynchronised || wall >= latest
        if trusted { latest = max(latest, wall) }
        return Finding(step: stepped ? moved : nil, trusted: trusted)
    }
}
