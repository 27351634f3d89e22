public import Broadcasting

/// When a time zone's clocks change, and by how much: the content of one file of the time zone database.
///
/// A value made from bytes; it reads no file and no clock. Offsets are seconds east of UTC.
public struct TimeZoneRules: Hashable, Sendable {
    /// An instant from which another offset holds.
    struct Transition: Hashable, Sendable {
        /// Seconds since 1970-01-01T00:00:00Z.
        var at: Int64
        var offset: Int
    }

    /// In order of their instants.
    let transitions: [Transition]
    /// What holds before the first transition.
    let first: Int
    /// The rule for all time after the last transition; nil when the last offset stays.
    let rule: POSIXTimeZone?

    /// Reads a TZif file of version 2 or later (RFC 8536): its 64-bit data and the rule at its end.
    /// - Throws: `TimeZoneRulesError`, whatever the bytes are.
    public init(tzif bytes: [UInt8]) throws(TimeZoneRulesError) {
        var reader = TZifReader(bytes)
        (first, transitions, rule) = try reader.read()
    }

    /// Seconds east of UTC at an instant.
    public func secondsFromUTC(at instant: Timestamp) -> Int { offset(at: instant.wholeSeconds) }

    /// What a local time stands for.
    public enum LocalMeaning: Hashable, Sendable {
        /// The clocks show it once.
        case once(Timestamp)
        /// The clocks are turned back over it and show it twice, first at the earlier instant.
        case twice(first: Timestamp, second: Timestamp)
        /// The clocks are turned forward over it. `next` is the first instant after the gap.
        case skipped(next: Timestamp)
    }

    /// The instants at which the clocks of this zone show a local time, given as seconds from 1970-01-01T00:00:00 on those clocks.
    public func meaning(ofLocalSeconds local: Int64) -> LocalMeaning {
        // No zone is more than 26 hours from UTC, so that what the clocks show lies within this window.
        let window: Int64 = 26 * 3600
        let (low, lowOverflow) = local.subtractingReportingOverflow(window)
        let (high, highOverflow) = local.addingReportingOverflow(window)
        guard !lowOverflow, !highOverflow else { return .once(Timestamp(wholeSeconds: local)) }
        var instants: [Int64] = []
        var gap: Int64?
        var start = Int64.min
        var offset = offset(at: low)
        for change in changes(after: low, through: high) {
            let instant = local - Int64(offset)
            if start <= instant, instant < change.at { instants.append(instant) }
            if change.at <= instant, local - Int64(change.offset) < change.at { gap = change.at }
            start = change.at
            offset = change.offset
        }
        let instant = local - Int64(offset)
        if start <= instant { instants.append(instant) }
        guard let first = instants.first else { return .skipped(next: Timestamp(wholeSeconds: gap ?? instant)) }
        guard instants.count > 1 else { return .once(Timestamp(wholeSeconds: first)) }
        return .twice(first: Timestamp(wholeSeconds: first), second: Timestamp(wholeSeconds: instants[1]))
    }

    // MARK: -

    func offset(at seconds: Int64) -> Int {
        guard let last = transitions.last, seconds < last.at else {
            return rule?.offset(at: seconds) ?? transitions.last?.offset ?? first
        }
        // The number of transitions that have happened by then.
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : transitions[low - 1].offset
    }

    private func changes(after low: Int64, through high: Int64) -> [Transition] {
        let known = transitions.filter { low < $0.at && $0.at <= high }
        let end = transitions.last?.at ?? .min
        guard let rule, high > end else { return known }
        return known + rule.changes(around: high).filter { max(low, end) < $0.at && $0.at <= high }
    }
}

/// Why the bytes are not the rules of a time zone.
public enum TimeZoneRulesError: Error, Hashable, Sendable {
    /// Not a TZif file of version 2 or later: the file is another's, or the time zone database is very old.
    case notTZif
    /// The file ends too early, or its parts contradict each other: install the time zone database again.
    case damaged
    /// The file counts leap seconds, as those below `right/` do, and wall time does not: take the zone's usual name.
    case countsLeapSeconds
}

extension Timestamp {
    /// Seconds since the epoch, rounded down.
    fileprivate var wholeSeconds: Int64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest < 0 ? seconds - 1 : seconds
    }

    /// Stops at the ends of what a timestamp holds.
    fileprivate init(wholeSeconds seconds: Int64) {
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self.init(nanoseconds: overflow ? (seconds < 0 ? .min : .max) : nanoseconds)
    }
}
