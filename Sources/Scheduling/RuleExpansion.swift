import Broadcasting

/// A rule with its start: gives the next local time after another at a cost that does not depend on the distance between them.
///
/// Steps over whole periods by arithmetic, and over the days and times of day that a part of the rule excludes, in turns.
/// Local times are seconds since 1970-01-01T00:00:00 on the same clock.
struct RuleExpansion: Hashable, Sendable {
    private let frequency: RecurrenceRule.Frequency
    private let interval: Int
    private let weekStart: Int
    private let start: Int64
    /// The number of the period in which the start lies.
    private var anchor = 0
    private let days: DayFilter
    private let times: TimeOfDaySet
    /// Those of BYSETPOS that some period can have; nil when all its times count.
    private let positions: [Int]?
    /// Nothing that recurs is later: the end of the rule, or of what a timestamp holds.
    private var last = Self.horizon

    /// 2262-04-13, when the last timestamp is past in every zone.
    private static let horizon: Int64 = 9_223_459_200
    private static let day: Int64 = 86_400

    init(_ rule: RecurrenceRule, start: LocalDateTime, zone: TimeZoneRules) {
        frequency = rule.frequency
        interval = rule.interval
        weekStart = rule.weekStart.rawValue
        self.start = start.secondsSince1970
        days = DayFilter(rule, start: start)
        times = TimeOfDaySet(rule, start: start)
        let longest =
            switch frequency {
            case .minutely: times.seconds.count
            case .hourly: times.minutes.count * times.seconds.count
            case .daily: times.count
            case .weekly, .monthly, .yearly: Int.max
            }
        positions = rule.positions.isEmpty ? nil : rule.positions.filter { abs($0) <= longest }
        anchor = period(of: self.start)
        switch rule.end {
        case .untilDay(let day): last = min(last, day.secondsSince1970 + Self.day - 1)
        case .untilLocal(let time): last = min(last, time.secondsSince1970)
        case .untilUTC(let time): last = min(last, zone.latestLocal(at: time.secondsSince1970))
        case .count, nil: break
        }
        if positions?.isEmpty == true || !reachesTimes { last = self.start - 1 }
        if case .count(let count) = rule.end { last = occurrence(number: count) }
    }

    /// The first local time of the rule that is later than `time`, if it is not later than `limit`.
    func next(after time: Int64, through limit: Int64) -> Int64? {
        let limit = min(limit, last)
        var from = max(time + 1, start)
        while from <= limit {
            from = aligned(from)
            let today = from.floorDivided(by: Self.day)
            guard let day = days.first(from: Int(today), through: Int(limit.floorDivided(by: Self.day))) else {
                return nil
            }
            let midnight = Int64(day) * Self.day
            guard let timeOfDay = times.first(from: Int(max(0, from - midnight))) else {
                from = midnight + Self.day
                continue
            }
            let candidate = midnight + Int64(timeOfDay)
            from = aligned(candidate)
            guard from == candidate else { continue }
            guard let positions else { return candidate <= limit ? candidate : nil }
            if let chosen = first(of: positions, from: candidate) { return chosen <= limit ? chosen : nil }
            from = beginning(of: period(of: candidate) + 1)
        }
        return nil
    }

    // MARK: - Periods

    /// Periods are numbered from the one that holds 1970-01-01, months and years from the year 0.
    private func period(of time: Int64) -> Int {
        let day = Int(time.floorDivided(by: Self.day))
        switch frequency {
        case .minutely: return Int(time.floorDivided(by: 60))
        case .hourly: return Int(time.floorDivided(by: 3600))
        case .daily: return day
        // 1969-12-29 was a Monday.
        case .weekly: return (day + 3 - weekStart).floorDivided(by: 7)
        case .monthly:
            let date = CivilDate(daysSinceEpoch: day)
            return date.year * 12 + date.month - 1
        case .yearly: return CivilDate(daysSinceEpoch: day).year
        }
    }

    private func beginning(of period: Int) -> Int64 {
        let day: Int
        switch frequency {
        case .minutely: return Int64(period) * 60
        case .hourly: return Int64(period) * 3600
        case .daily: day = period
        case .weekly: day = period * 7 - 3 + weekStart
        case .monthly:
            let year = period.floorDivided(by: 12)
            day = CivilDate(year: year, month: period - year * 12 + 1, day: 1).daysSinceEpoch
        case .yearly: day = CivilDate(year: period, month: 1, day: 1).daysSinceEpoch
        }
        return Int64(day) * Self.day
    }

    /// The first time that is not earlier and lies in a period that the interval takes in.
    private func aligned(_ time: Int64) -> Int64 {
        guard interval > 1 else { return time }
        let period = period(of: time)
        let distance = period - anchor
        let missed = distance - distance.floorDivided(by: interval) * interval
        return missed == 0 ? time : beginning(of: period - missed + interval)
    }

    /// Whether the interval ever meets an hour and minute that the rule has: an even hour never becomes odd in steps of two.
    private var reachesTimes: Bool {
        let unit: Int
        switch frequency {
        case .minutely: unit = 60
        case .hourly: unit = 3600
        case .daily, .weekly, .monthly, .yearly: return true
        }
        let step = greatestCommonDivisor(interval, Int(Self.day) / unit)
        let startOfDay = start.floorDivided(by: Self.day) * Self.day
        let first = Int(start - startOfDay) / unit % step
        return stride(from: first * unit, to: Int(Self.day), by: step * unit).contains { time in
            times.hours.contains(time / 3600) && (unit == 3600 || times.minutes.contains(time / 60 % 60))
        }
    }

    // MARK: - BYSETPOS and COUNT

    /// The first time, not before `candidate`, that has one of the positions within the candidate's period.
    private func first(of positions: [Int], from candidate: Int64) -> Int64? {
        let period = period(of: candidate)
        var matching = [Int(candidate.floorDivided(by: Self.day))]
        var times = times
        let timeOfDay = Int(candidate - Int64(matching[0]) * Self.day)
        switch frequency {
        case .minutely: times = times.restricted(toMinuteOf: timeOfDay)
        case .hourly: times = times.restricted(toHourOf: timeOfDay)
        case .daily: break
        case .weekly, .monthly, .yearly:
            let end = Int(beginning(of: period + 1) / Self.day) - 1
            var day = Int(beginning(of: period) / Self.day)
            matching = []
            while let found = days.first(from: day, through: end) {
                matching.append(found)
                day = found + 1
            }
        }
        let count = matching.count * times.count
        var first: Int64?
        for position in positions where abs(position) <= count {
            let index = position > 0 ? position - 1 : count + position
            let (day, time) = index.quotientAndRemainder(dividingBy: times.count)
            let chosen = Int64(matching[day]) * Self.day + Int64(times[time])
            if chosen >= candidate { first = min(first ?? chosen, chosen) }
        }
        return first
    }

    /// The occurrence with a number from 1, or the last if there are fewer.
    private func occurrence(number: Int) -> Int64 {
        var time = start - 1
        for _ in 0..<number {
            guard let next = next(after: time, through: last) else { break }
            time = next
        }
        return time
    }
}

private func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    right == 0 ? left : greatestCommonDivisor(right, left % right)
}

// MARK: - What a rule leaves to its start

extension DayFilter {
    init(_ rule: RecurrenceRule, start: LocalDateTime) {
        let date = start.date
        if !rule.months.isEmpty { months = SmallSet(rule.months) }
        monthDays = rule.monthDays
        yearDays = rule.yearDays
        weeks = rule.weeks
        weekdays = SmallSet(rule.days.filter { $0.ordinal == 0 }.map(\.weekday.rawValue))
        ordinals = rule.days.filter { $0.ordinal != 0 }
        countsWithinYear = rule.frequency == .yearly && rule.months.isEmpty
        weekStart = rule.weekStart.rawValue
        guard rule.days.isEmpty, rule.monthDays.isEmpty, rule.yearDays.isEmpty, rule.weeks.isEmpty else { return }
        switch rule.frequency {
        case .yearly:
            if rule.months.isEmpty { months = SmallSet([date.month]) }
            monthDays = [date.day]
        case .monthly: monthDays = [date.day]
        case .weekly: weekdays = SmallSet([Self.weekday(of: start.daysSince1970)])
        case .daily, .hourly, .minutely: break
        }
    }
}

extension TimeOfDaySet {
    init(_ rule: RecurrenceRule, start: LocalDateTime) {
        func set(_ given: [Int], every: Range<Int>, isUnit: Bool, of start: Int) -> SmallSet {
            given.isEmpty ? isUnit ? SmallSet(every) : SmallSet([start]) : SmallSet(given)
        }
        let frequency = rule.frequency
        hours = set(rule.hours, every: 0..<24, isUnit: frequency == .hourly || frequency == .minutely, of: start.hour)
        minutes = set(rule.minutes, every: 0..<60, isUnit: frequency == .minutely, of: start.minute)
        // A leap second, which these clocks do not show, is the second before it (RFC 5545, section 3.3.12).
        seconds = set(rule.seconds.map { min($0, 59) }, every: 0..<60, isUnit: false, of: start.second)
    }
}
