/// How something recurs: a recurrence rule of iCalendar (RFC 5545, section 3.3.10), such as `FREQ=MONTHLY;BYDAY=4SU`.
///
/// Has FREQ from MINUTELY to YEARLY and every other part of the RFC, in all combinations that it allows. Lists keep the order in
/// which they were given; an empty list is a part that was not.
public struct RecurrenceRule: Hashable, Sendable {
    /// The unit of time in which the rule repeats itself.
    public enum Frequency: String, Sendable, CaseIterable {
        case minutely = "MINUTELY"
        case hourly = "HOURLY"
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"
    }

    /// A day of the week; 0 is Monday.
    public enum Weekday: Int, Sendable, CaseIterable {
        case monday, tuesday, wednesday, thursday, friday, saturday, sunday

        /// As the RFC writes it: `MO`.
        public var text: String { ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][rawValue] }
    }

    /// Every such weekday, or with an ordinal the first, second, … of the month or year; −1 is the last.
    public struct Day: Hashable, Sendable {
        public var weekday: Weekday
        /// 0 for every one.
        public var ordinal: Int

        public init(_ weekday: Weekday, ordinal: Int = 0) {
            self.weekday = weekday
            self.ordinal = ordinal
        }
    }

    /// What ends the rule.
    public enum End: Hashable, Sendable {
        /// After so many occurrences.
        case count(Int)
        /// With this local day, whole.
        case untilDay(LocalDateTime)
        /// At this local time, itself included.
        case untilLocal(LocalDateTime)
        /// At this time of UTC, itself included.
        case untilUTC(LocalDateTime)
    }

    public internal(set) var frequency: Frequency
    public internal(set) var interval = 1
    /// nil goes on for ever.
    public internal(set) var end: End?
    public internal(set) var seconds: [Int] = []
    public internal(set) var minutes: [Int] = []
    public internal(set) var hours: [Int] = []
    public internal(set) var days: [Day] = []
    public internal(set) var monthDays: [Int] = []
    public internal(set) var yearDays: [Int] = []
    public internal(set) var weeks: [Int] = []
    public internal(set) var months: [Int] = []
    /// Which of the occurrences of one period count; −1 is the last.
    public internal(set) var positions: [Int] = []
    public internal(set) var weekStart = Weekday.monday

    /// Reads the text of a rule, in capital or small letters, its parts in any order.
    public init(_ text: String) throws(RecurrenceRuleError) {
        var reader = RecurrenceRuleReader()
        self = try reader.read(text)
    }

    init(_ frequency: Frequency) { self.frequency = frequency }
}

extension RecurrenceRule: CustomStringConvertible {
    /// The rule as the RFC writes it, its parts in the order of the RFC and what goes without saying left out.
    public var description: String {
        var parts = ["FREQ=\(frequency.rawValue)"]
        switch end {
        case .count(let count): parts.append("COUNT=\(count)")
        case .untilDay(let day): parts.append("UNTIL=\(day.basicText.prefix(8))")
        case .untilLocal(let time): parts.append("UNTIL=\(time.basicText)")
        case .untilUTC(let time): parts.append("UNTIL=\(time.basicText)Z")
        case nil: break
        }
        if interval != 1 { parts.append("INTERVAL=\(interval)") }
        func list(_ name: String, _ members: [some CustomStringConvertible]) {
            guard !members.isEmpty else { return }
            parts.append("\(name)=\(members.map(\.description).joined(separator: ","))")
        }
        list("BYSECOND", seconds)
        list("BYMINUTE", minutes)
        list("BYHOUR", hours)
        list("BYDAY", days)
        list("BYMONTHDAY", monthDays)
        list("BYYEARDAY", yearDays)
        list("BYWEEKNO", weeks)
        list("BYMONTH", months)
        list("BYSETPOS", positions)
        if weekStart != .monday { parts.append("WKST=\(weekStart.text)") }
        return parts.joined(separator: ";")
    }
}

extension RecurrenceRule.Day: CustomStringConvertible {
    /// `MO`, `2MO` or `-1MO`.
    public var description: String { ordinal == 0 ? weekday.text : "\(ordinal)\(weekday.text)" }
}
