import Broadcasting
import Scheduling

/// Makes starts as RFC 5545 wants them from days, times and exceptions as a person says them.
struct StartPlanner {
    let zone: String
    let rules: TimeZoneRules
    /// Days without the programme, counted from 1970-01-01.
    let except: Set<Int>
    var until: CivilDate?

    init(zone: String, rules: TimeZoneRules, except: Set<Int>) {
        self.zone = zone
        self.rules = rules
        self.except = except
    }

    /// Why a rule makes no start.
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// The most occurrences that exceptions may take out of one programme.
    static let maximumExceptions = 2000

    /// One start with all its dates; nil where the exceptions leave none.
    func start(on dates: [CivilDate], times: Set<TimeOfDay>) -> Programme.Start? {
        let days = Set(dates.map(\.daysSinceEpoch)).subtracting(except).sorted()
        let all = days.flatMap { day in times.sorted().map { local(day: day, $0).description } }
        guard let first = all.first else { return nil }
        return Programme.Start(local: first, zone: zone, rdate: all.count > 1 ? Array(all.dropFirst()) : nil)
    }

    /// A start that has `rule` at each of `times`, from the day `from` on.
    ///
    /// It begins at the first occurrence, as iCalendar wants it; times that one rule cannot say take several, a line each.
    func start(of rule: String, from: CivilDate, times: Set<TimeOfDay>) throws(Failure) -> Programme.Start {
        let parts = Set(rule.uppercased().split(separator: ";").compactMap { $0.split(separator: "=").first })
        if until != nil, parts.contains("UNTIL") || parts.contains("COUNT") {
            throw Failure(description: "the rule says its end itself, with UNTIL or COUNT: leave out until")
        }
        if times.count > 1, !parts.isDisjoint(with: ["BYHOUR", "BYMINUTE", "BYSECOND", "COUNT"]) {
            throw Failure(description: "a rule with times of its own, or a COUNT, goes with one time only")
        }
        let groups = TimeGroup.groups(of: times)
        let end = until.map { ";UNTIL=\(endText($0))" } ?? ""
        let texts = groups.map { rule + (times.count > 1 ? $0.rule : "") + end }
        var rules: [RecurrenceRule] = []
        for text in texts {
            do throws(RecurrenceRuleError) {
                rules.append(try RecurrenceRule(text))
            } catch {
                throw Failure(description: "'\(text)' is no rule of RFC 5545: \(error)")
            }
        }
        let earliest = local(day: from.daysSinceEpoch, times.min() ?? groups[0].first)
        let all = Recurrence(start: earliest, zone: self.rules, rules: rules)
        // A gap may move the very first one on; nothing moves it back.
        guard let first = all.next(after: instant(earliest).advanced(byNanoseconds: -1)) else {
            throw Failure(description: "is never due from \(from.text) on")
        }
        var start = Programme.Start(
            local: first.local.description, zone: zone, rrule: texts.joined(separator: "\n"))
        let exceptions = try exceptions(to: all, from: dayNumber(first.local))
        if !exceptions.isEmpty { start.exdate = exceptions }
        return start
    }

    /// The local times of `recurrence` on the days without the programme.
    private func exceptions(to recurrence: Recurrence, from first: Int) throws(Failure) -> [String] {
        var exceptions: [String] = []
        for day in except.sorted() where day >= first {
            let midnight = instant(LocalDateTime(secondsSince1970: Int64(day) * 86_400))
            for occurrence in recurrence.occurrences(from: midnight) {
                guard dayNumber(occurrence.local) <= day else { break }
                exceptions.append(occurrence.local.description)
                guard exceptions.count <= Self.maximumExceptions else {
                    throw Failure(
                        description:
                            "the exceptions take out more than \(Self.maximumExceptions) occurrences: end it with until"
                    )
                }
            }
        }
        return exceptions
    }

    private func local(day: Int, _ time: TimeOfDay) -> LocalDateTime {
        LocalDateTime(secondsSince1970: Int64(day) * 86_400 + Int64(time.secondOfDay))
    }

    private func dayNumber(_ local: LocalDateTime) -> Int { local.date.daysSinceEpoch }

    private func instant(_ local: LocalDateTime) -> Timestamp {
        switch rules.meaning(ofLocalSeconds: local.secondsSince1970) {
        case .once(let instant), .twice(let instant, _), .skipped(let instant): instant
        }
    }

    /// The last second of a day, in UTC as RFC 5545 wants it.
    private func endText(_ date: CivilDate) -> String {
        let last = LocalDateTime(secondsSince1970: Int64(date.daysSinceEpoch) * 86_400 + 86_399)
        let seconds = instant(last).nanoseconds / 1_000_000_000
        return LocalDateTime(secondsSince1970: seconds).description.filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
