public import Broadcasting

/// When something happens that recurs in local time: the times of its rules and further dates, without exceptions.
///
/// Pure: the same questions have the same answers on every machine that has the same zone.
///
/// - Rules run on the clock's local time, as if it were never changed, and each local time that they give is then looked up in the
///   zone. One that the clocks skip happens at the first instant after the gap; one that they show twice happens at the first pass.
///   Local times that a gap moves to the same instant are one occurrence, named by the earliest of them.
/// - Where there are rules, the start counts only if a rule gives it (COUNT begins with the first time that a rule gives).
///   Without a rule the start itself is the one occurrence, beside the dates.
/// - Occurrences end with what a timestamp holds, in the year 2262.
public struct Recurrence: Hashable, Sendable {
    private let zone: TimeZoneRules
    private let rules: [RuleExpansion]
    /// In order, each once.
    private let dates: [Int64]
    private let exceptions: Set<Int64>
    /// No occurrence is earlier.
    private let earliest: Int64

    /// - Parameters:
    ///   - dates: Further occurrences (RDATE).
    ///   - exceptions: Local times at which nothing happens (EXDATE), whatever gives them.
    public init(
        start: LocalDateTime, zone: TimeZoneRules, rules: [RecurrenceRule], dates: [LocalDateTime] = [],
        exceptions: [LocalDateTime] = []
    ) {
        self.zone = zone
        self.rules = rules.map { RuleExpansion($0, start: start, zone: zone) }
        self.dates = Set(dates + (rules.isEmpty ? [start] : [])).map(\.secondsSince1970).sorted()
        self.exceptions = Set(exceptions.map(\.secondsSince1970))
        earliest = min(self.dates.first ?? .max, start.secondsSince1970)
    }

    /// The first occurrence that is later than an instant; nil when there is none any more.
    public func next(after instant: Timestamp) -> LocalOccurrence? {
        // What is later on the clocks than all that they have shown by then is what happens later.
        nextLocal(after: zone.latestLocal(at: instant.wholeSeconds), through: .max).flatMap(occurrence)
    }

    /// The last occurrence that is not later than an instant; nil when there was none.
    public func last(atOrBefore instant: Timestamp) -> LocalOccurrence? {
        guard let local = lastLocal(through: zone.latestLocal(at: instant.wholeSeconds)),
            let last = occurrence(at: local)
        else { return nil }
        // The earliest of the local times that a gap has moved there is the one that names it.
        return next(after: last.instant.advanced(byNanoseconds: -1))
    }

    /// All occurrences from an instant on, in order, computed as they are asked for.
    public func occurrences(from instant: Timestamp) -> some Sequence<LocalOccurrence> {
        sequence(state: instant.advanced(byNanoseconds: -1)) { (last: inout Timestamp) in
            let next = self.next(after: last)
            if let next { last = next.instant }
            return next
        }
    }

    // MARK: - Local times

    private func occurrence(at local: Int64) -> LocalOccurrence? {
        let (nanoseconds, overflow) = zone.firstInstant(ofLocal: local).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return nil }
        return LocalOccurrence(
            local: LocalDateTime(secondsSince1970: local), fold: 0, instant: Timestamp(nanoseconds: nanoseconds))
    }

    private func nextLocal(after time: Int64, through limit: Int64) -> Int64? {
        var time = time
        repeat {
            var next = nextDate(after: time).flatMap { $0 <= limit ? $0 : nil }
            for rule in rules {
                if let other = rule.next(after: time, through: next ?? limit) { next = other }
            }
            guard let next else { return nil }
            time = next
        } while exceptions.contains(time)
        return time
    }

    private func nextDate(after time: Int64) -> Int64? {
        var (low, high) = (0, dates.count)
        while low < high {
            let middle = (low + high) / 2
            if dates[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return low < dates.count ? dates[low] : nil
    }

    /// The last local time up to a limit: steps back in strides that double until one is before it, then halves the last stride.
    private func lastLocal(through limit: Int64) -> Int64? {
        var (low, high) = (limit, limit)
        var stride: Int64 = 1
        var found: Int64?
        while found == nil {
            guard low >= earliest else { return nil }
            high = low
            low -= stride
            stride *= 2
            found = nextLocal(after: low, through: limit)
        }
        // None is later than `high`.
        while let last = found, last < high {
            let middle = last + (high - last) / 2
            if let next = nextLocal(after: middle, through: high) {
                found = next
            } else {
                high = middle
            }
        }
        return found
    }
}
