import Broadcasting
import Scheduling

/// A recurrence rule taken apart into days and times of day.
struct RuleParts: Hashable, Sendable {
    /// The rule without its times, as RFC 5545 writes it.
    var days: String
    /// When it occurs on each of its days, in order.
    var times: [TimeOfDay]

    /// - Parameter start: where the rule begins; its time is that of a rule that names none.
    /// - Returns: nil where `text` is no rule, or says its days and times in one: it repeats within a day, counts its occurrences or
    ///   picks some of them.
    init?(_ text: String, start: LocalDateTime) {
        guard let rule = try? RecurrenceRule(text) else { return nil }
        func values(_ own: [Int], _ usual: Int) -> [Int] { own.isEmpty ? [usual] : Array(Set(own)).sorted() }
        times = values(rule.hours, start.hour).flatMap { hour in
            values(rule.minutes, start.minute).flatMap { minute in
                values(rule.seconds, start.second).map { TimeOfDay(hour: hour, minute: minute, second: min($0, 59)) }
            }
        }
        if times.count > 1 {
            guard rule.positions.isEmpty, rule.frequency != .hourly, rule.frequency != .minutely else { return nil }
            if case .count = rule.end { return nil }
        } else if rule.frequency == .hourly || rule.frequency == .minutely {
            return nil
        }
        let names = ["BYHOUR", "BYMINUTE", "BYSECOND"]
        days = text.split(separator: ";").filter { part in
            !names.contains { part.prefix { $0 != "=" }.uppercased() == $0 }
        }.joined(separator: ";")
    }
}

extension DayPattern {
    /// The days of a rule that comes each day, or each week on some days, and the last day of it where it has an end.
    ///
    /// - Parameters:
    ///   - start: where the rule begins.
    ///   - zone: of the rule.
    /// - Returns: nil for every other rule.
    static func reading(
        _ text: String, start: LocalDateTime, zone: TimeZoneRules
    ) -> (pattern: DayPattern, until: CivilDate?)? {
        guard let rule = try? RecurrenceRule(text), rule.interval == 1, rule.monthDays.isEmpty, rule.yearDays.isEmpty,
            rule.weeks.isEmpty, rule.months.isEmpty, rule.positions.isEmpty, rule.hours.isEmpty, rule.minutes.isEmpty,
            rule.seconds.isEmpty, rule.days.allSatisfy({ $0.ordinal == 0 })
        else { return nil }
        let pattern: DayPattern
        switch rule.frequency {
        case .daily where rule.days.isEmpty: pattern = DayPattern(days: Set(0...6))
        case .daily: pattern = DayPattern(days: Set(rule.days.map(\.weekday.rawValue)))
        case .weekly:
            // 1970-01-01 was a Thursday.
            let own = ((start.date.daysSinceEpoch + 3) % 7 + 7) % 7
            pattern = DayPattern(days: rule.days.isEmpty ? [own] : Set(rule.days.map(\.weekday.rawValue)))
        default: return nil
        }
        let last: LocalDateTime
        switch rule.end {
        case nil: return (pattern, nil)
        case .count: return nil
        case .untilDay(let day): return (pattern, day.date)
        case .untilLocal(let time): last = time
        case .untilUTC(let time):
            let instant = Timestamp(nanoseconds: time.secondsSince1970 * 1_000_000_000)
            last = LocalDateTime(
                secondsSince1970: time.secondsSince1970 + Int64(zone.secondsFromUTC(at: instant)))
        }
        let isBefore = last.secondsSince1970 % 86_400 < start.secondsSince1970 % 86_400
        let day = isBefore ? LocalDateTime(secondsSince1970: last.secondsSince1970 - 86_400) : last
        return (pattern, day.date)
    }

    /// As a person writes it: `daily`, `weekdays`, `mon-sat`, `mon,wed,fri`.
    var text: String {
        switch days {
        case Set(0...6): return "daily"
        case Set(0...4): return "weekdays"
        case [5, 6]: return "weekends"
        default: break
        }
        let sorted = days.sorted()
        if let first = sorted.first, let last = sorted.last, sorted.count > 2, last - first == sorted.count - 1 {
            return "\(Self.names[first])-\(Self.names[last])"
        }
        return sorted.map { Self.names[$0] }.joined(separator: ",")
    }
}
