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

    /// In order of their instants, up to the end of what a timestamp holds.
    let transitions: [Transition]
    /// What holds before the first transition.
    let first: Int

    /// Reads a TZif file of version 2 or later (RFC 8536): its 64-bit data and the rule at its end.
    /// - Throws: `TimeZoneRulesError`, whatever the bytes are.
    public init(tzif bytes: [UInt8]) throws(TimeZoneRulesError) {
        var reader = TZifReader(bytes)
        let (first, transitions, rule) = try reader.read()
        (self.first, self.transitions) = rule.map { $0.continuing(transitions, after: first) } ?? (first, transitions)
    }

    /// Seconds east of UTC at an instant.
    public func secondsFromUTC(at instant: Timestamp) -> Int { offset(of: span(at: instant.wholeSeconds)) }

    /// The first instant after `from` and not after `to` at which the clocks are changed; nil when they are not.
    public func firstChange(from: Timestamp, to: Timestamp) -> Timestamp? {
        guard let start = start(of: span(at: from.wholeSeconds) + 1), start <= to.wholeSeconds else { return nil }
        return Timestamp(wholeSeconds: start)
    }

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
        let (low, lowOverflow) = local.subtractingReportingOverflow(Self.furthest)
        let (high, highOverflow) = local.addingReportingOverflow(Self.furthest)
        guard !lowOverflow, !highOverflow else { return .once(Timestamp(wholeSeconds: local)) }
        var first: Int64?
        var gap: Int64?
        for span in span(at: low)...span(at: high) {
            let instant = local - Int64(offset(of: span))
            if let start = start(of: span), instant < start {
                if gap == nil, local - Int64(offset(of: span - 1)) >= start { gap = start }
            } else if instant < start(of: span + 1) ?? .max {
                guard let first else {
                    first = instant
                    continue
                }
                return .twice(first: Timestamp(wholeSeconds: first), second: Timestamp(wholeSeconds: instant))
            }
        }
        if let first { return .once(Timestamp(wholeSeconds: first)) }
        return .skipped(next: Timestamp(wholeSeconds: gap ?? local))
    }

    // MARK: - Spans between transitions

    /// No zone is further from UTC, in seconds.
    private static let furthest: Int64 = 26 * 3600

    /// The number of the span that holds an instant: 0 before the first transition.
    private func span(at seconds: Int64) -> Int {
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func offset(of span: Int) -> Int { span == 0 ? first : transitions[span - 1].offset }

    /// nil for the first span, which has no start, and for the one after the last.
    private func start(of span: Int) -> Int64? {
        span > 0 && span <= transitions.count ? transitions[span - 1].at : nil
    }

    /// The first instant at which the clocks show a local time or have passed it. Never earlier for a later local time.
    func firstInstant(ofLocal local: Int64) -> Int64 {
        var span = span(at: local - Self.furthest)
        while let end = start(of: span + 1), end + Int64(offset(of: span)) <= local { span += 1 }
        return max(start(of: span) ?? .min, local - Int64(offset(of: span)))
    }

    /// The latest local time that the clocks have shown up to an instant: what `firstInstant` has not put later.
    func latestLocal(at seconds: Int64) -> Int64 {
        var span = span(at: seconds)
        var latest = seconds + Int64(offset(of: span))
        while let start = start(of: span), seconds - start < 2 * Self.furthest {
            span -= 1
            latest = max(latest, start - 1 + Int64(offset(of: span)))
        }
        return latest
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
    var wholeSeconds: Int64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return rest < 0 ? seconds - 1 : seconds
    }

    /// Stops at the ends of what a timestamp holds.
    init(wholeSeconds seconds: Int64) {
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        self.init(nanoseconds: overflow ? (seconds < 0 ? .min : .max) : nanoseconds)
    }
}
