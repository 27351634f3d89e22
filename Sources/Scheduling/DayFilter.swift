import Broadcasting

/// Which days of the calendar a rule speaks of, by the parts of it that name days: a day must satisfy each part that is given.
///
/// Answers for a month at a time, in a few operations for any month of any year.
struct DayFilter: Hashable, Sendable {
    var months = SmallSet(1...12)
    /// From 1, or from −1 for the last; empty for all.
    var monthDays: [Int] = []
    var yearDays: [Int] = []
    /// Of the year that has four days or more of the week.
    var weeks: [Int] = []
    /// 0 is Monday.
    var weekdays = SmallSet([])
    /// Such as the second Monday, or the last; beside the plain weekdays, not within them.
    var ordinals: [RecurrenceRule.Day] = []
    /// Whether the ordinals count within the year, not within the month.
    var countsWithinYear = false
    /// 0 is Monday.
    var weekStart = 0

    /// The first matching day that is not before `day`, up to `limit`. Days are counted from 1970-01-01.
    func first(from day: Int, through limit: Int) -> Int? {
        guard day <= limit else { return nil }
        var date = CivilDate(daysSinceEpoch: day)
        var first = day - date.day
        while first < limit {
            if months.contains(date.month) {
                let found = self.days(inMonth: date.month, of: date.year, after: first).first(from: date.day)
                if let found { return first + found <= limit ? first + found : nil }
            }
            first += CivilDate.days(inMonth: date.month, year: date.year)
            date = CivilDate(year: date.year + date.month / 12, month: date.month % 12 + 1, day: 1)
        }
        return nil
    }

    /// The matching days of a month, of those that `months` has. `before` is the day before the month's first.
    private func days(inMonth month: Int, of year: Int, after before: Int) -> SmallSet {
        let length = CivilDate.days(inMonth: month, year: year)
        let newYear =
            weeks.isEmpty && yearDays.isEmpty && !countsWithinYear
            ? 0 : CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
        // Day 0 of a month is the last of the month before, so that bit n is day n.
        var days = ((1 as UInt64) << UInt64(length) - 1) << 1
        if !monthDays.isEmpty { days &= numbered(monthDays, of: length, offset: 0) }
        if !yearDays.isEmpty {
            days &= numbered(yearDays, of: Self.days(in: year), offset: before + 1 - newYear)
        }
        if !weekdays.isEmpty || !ordinals.isEmpty {
            var matching = weekdays.isEmpty ? 0 : allWeeks(from: before)
            for day in ordinals {
                matching |=
                    countsWithinYear
                    ? ordinal(day, from: newYear, length: Self.days(in: year), offset: before + 1 - newYear)
                    : ordinal(day, from: before + 1, length: length, offset: 0)
            }
            days &= matching
        }
        if !weeks.isEmpty { days &= matchingWeeks(after: before, length: length) }
        return SmallSet(bits: days)
    }

    private static func days(in year: Int) -> Int { 337 + CivilDate.days(inMonth: 2, year: year) }

    /// Bit n for day n of the month, or none when it lies outside.
    private func bit(_ day: Int) -> UInt64 { (1...31).contains(day) ? 1 << UInt64(day) : 0 }

    /// The days with the numbers, of a span of `length` days; the month begins `offset` days into it.
    private func numbered(_ numbers: [Int], of length: Int, offset: Int) -> UInt64 {
        var days: UInt64 = 0
        for number in numbers {
            let day = number > 0 ? number : length + 1 + number
            if (1...length).contains(day) { days |= bit(day - offset) }
        }
        return days
    }

    /// The plain weekdays of a month, given the day before it.
    private func allWeeks(from before: Int) -> UInt64 {
        let weekday = UInt64(Self.weekday(of: before))
        // Turned so that bit 0 stands for that day, then repeated for five weeks.
        let week = (weekdays.bits >> weekday | weekdays.bits << (7 - weekday)) & 0x7f
        return week &* 0x1020_4081
    }

    /// The one day, of a span that begins with the day `first`; the month begins `offset` days into it.
    private func ordinal(_ day: RecurrenceRule.Day, from first: Int, length: Int, offset: Int) -> UInt64 {
        let number: Int
        if day.ordinal > 0 {
            number = 1 + (day.weekday.rawValue - Self.weekday(of: first) + 7) % 7 + (day.ordinal - 1) * 7
        } else {
            let last = first + length - 1
            number = length - (Self.weekday(of: last) - day.weekday.rawValue + 7) % 7 + (day.ordinal + 1) * 7
        }
        return (1...length).contains(number) ? bit(number - offset) : 0
    }

    /// The days in the weeks with the numbers. A week belongs to the year in which its fourth day lies.
    private func matchingWeeks(after before: Int, length: Int) -> UInt64 {
        var days: UInt64 = 0
        var start = before + 1 - (Self.weekday(of: before + 1) - weekStart + 7) % 7
        while start <= before + length {
            let fourth = CivilDate(daysSinceEpoch: start + 3)
            let dayOfYear = start + 3 - CivilDate(year: fourth.year, month: 1, day: 1).daysSinceEpoch
            let number = dayOfYear / 7 + 1
            // As many weeks as the year has of that weekday.
            let count = (Self.days(in: fourth.year) - 1 - dayOfYear % 7) / 7 + 1
            if weeks.contains(number) || weeks.contains(number - count - 1) {
                for day in start..<start + 7 { days |= bit(day - before) }
            }
            start += 7
        }
        return days
    }

    /// 0 is Monday. 1970-01-01 was a Thursday.
    static func weekday(of day: Int) -> Int { ((day + 3) % 7 + 7) % 7 }
}
