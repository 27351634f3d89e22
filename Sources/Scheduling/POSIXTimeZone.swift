import Broadcasting

/// A time zone as the environment variable `TZ` of POSIX writes it, such as `CET-1CEST,M3.5.0,M10.5.0/3`: one offset, or two that
/// take turns every year. With the hours of RFC 8536, −167 to 167.
struct POSIXTimeZone: Hashable, Sendable {
    /// A day of each year, and the seconds from its midnight, on the clocks that are about to change.
    struct YearlyInstant: Hashable, Sendable {
        enum Day: Hashable, Sendable {
            /// The n-th day from 1, in years without a 29 February, which it leaves out.
            case julian(Int)
            /// The n-th day from 0, 29 February counted.
            case ordinal(Int)
            /// Day 0–6 from Sunday, of week 1–5 of a month; 5 is the last.
            case weekday(Int, week: Int, month: Int)
        }

        var day: Day
        var seconds: Int

        /// Seconds on the clocks, from 1970-01-01T00:00:00.
        func local(in year: Int) -> Int64 {
            let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
            let days =
                switch day {
                case .julian(let number):
                    newYear + number - (number >= 60 && CivilDate.days(inMonth: 2, year: year) == 29 ? 0 : 1)
                case .ordinal(let number): newYear + number
                case .weekday(let weekday, let week, let month):
                    Self.day(weekday: weekday, week: week, month: month, year: year)
                }
            return Int64(days) * 86_400 + Int64(seconds)
        }

        private static func day(weekday: Int, week: Int, month: Int, year: Int) -> Int {
            let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
            // 1970-01-01 was a Thursday.
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            var day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            if day >= CivilDate.days(inMonth: month, year: year) { day -= 7 }
            return first + day
        }
    }

    /// Summer time: its offset, and when it begins and ends.
    struct Summer: Hashable, Sendable {
        var offset: Int
        var start: YearlyInstant
        var end: YearlyInstant
    }

    let standard: Int
    let summer: Summer?

    /// Reads the text; nil when it is none.
    init?(_ text: ArraySlice<UInt8>) {
        var reader = Reader(rest: text)
        guard reader.name(), let west = reader.time(hours: 24) else { return nil }
        standard = -west
        if reader.rest.isEmpty {
            summer = nil
            return
        }
        guard reader.name() else { return nil }
        var offset = standard + 3600
        if reader.rest.first != UInt8(ascii: ",") {
            guard let west = reader.time(hours: 24) else { return nil }
            offset = -west
        }
        guard reader.take(","), let start = reader.yearly(), reader.take(","), let end = reader.yearly(),
            reader.rest.isEmpty
        else { return nil }
        summer = Summer(offset: offset, start: start, end: end)
    }

    /// The years that a timestamp can lie in.
    private static let years = 1677...2262

    /// Lets a table of transitions go on by this rule, which holds from the table's last transition, or for all time where it has none.
    /// - Returns: The offset before the first transition, and the transitions.
    func continuing(
        _ table: [TimeZoneRules.Transition], after first: Int
    ) -> (Int, [TimeZoneRules.Transition]) {
        guard let last = table.last else { return (standard, changes(in: Self.years)) }
        let year = CivilDate(daysSinceEpoch: Int(last.at.floorDivided(by: 86_400))).year
        let changes = changes(
            in: max(Self.years.lowerBound, min(year, Self.years.upperBound)) - 1...Self.years.upperBound)
        // In the file, the rule and the last transition agree.
        return (first, table + changes.filter { $0.at > last.at })
    }

    /// All changes of some years, in order.
    private func changes(in years: ClosedRange<Int>) -> [TimeZoneRules.Transition] {
        guard let summer else { return [] }
        var changes: [TimeZoneRules.Transition] = []
        for year in years {
            let start = TimeZoneRules.Transition(
                at: summer.start.local(in: year) - Int64(standard), offset: summer.offset)
            let end = TimeZoneRules.Transition(
                at: summer.end.local(in: year) - Int64(summer.offset), offset: standard)
            changes += start.at <= end.at ? [start, end] : [end, start]
        }
        // Years of nothing but summer time end at the instant at which the next begins: of those the later counts.
        var merged: [TimeZoneRules.Transition] = []
        for change in changes.enumerated().sorted(by: { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }) {
            if merged.last?.at == change.element.at { merged.removeLast() }
            merged.append(change.element)
        }
        return merged
    }

    // MARK: - Reading

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        /// Three letters or more, or what stands between `<` and `>`.
        mutating func name() -> Bool {
            if take("<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
                rest = rest[(end + 1)...]
                return true
            }
            let letters = rest.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        /// One to three digits, up to `limit`.
        mutating func number(_ limit: Int) -> Int? {
            let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard (1...3).contains(digits.count) else { return nil }
            rest = rest.dropFirst(digits.count)
            let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            return value <= limit ? value : nil
        }

        /// `[+-]h[h[h]][:mm[:ss]]` in seconds.
        mutating func time(hours limit: Int) -> Int? {
            let sign = take("-") ? -1 : take("+") ? 1 : 1
            guard let hours = number(limit) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where take(":") {
                guard let part = number(59) else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        /// `Jn`, `n` or `Mm.w.d`, with an hour after `/` or at two.
        mutating func yearly() -> YearlyInstant? {
            let day: YearlyInstant.Day
            if take("J") {
                guard let number = number(365), number > 0 else { return nil }
                day = .julian(number)
            } else if take("M") {
                guard let month = number(12), month > 0, take("."), let week = number(5), week > 0, take("."),
                    let weekday = number(6)
                else { return nil }
                day = .weekday(weekday, week: week, month: month)
            } else {
                guard let number = number(365) else { return nil }
                day = .ordinal(number)
            }
            guard take("/") else { return YearlyInstant(day: day, seconds: 7200) }
            guard let seconds = time(hours: 167) else { return nil }
            return YearlyInstant(day: day, seconds: seconds)
        }
    }
}
