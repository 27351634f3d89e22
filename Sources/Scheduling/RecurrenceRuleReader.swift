/// Reads the text of a recurrence rule, and says what is wrong with one that is none.
struct RecurrenceRuleReader {
    private static let names = [
        "FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY",
        "BYWEEKNO",
        "BYMONTH", "BYSETPOS", "WKST",
    ]
    /// No text of a person or a calendar comes near it.
    private static let longest = 10_000
    /// More than a year of minutes. To know the last occurrence, they are counted.
    private static let highestCount = 1_000_000
    private static let highestInterval = 1_000_000

    private var values: [String: String] = [:]

    mutating func read(_ text: String) throws(RecurrenceRuleError) -> RecurrenceRule {
        guard text.utf8.count <= Self.longest else {
            throw error("", "has \(text.utf8.count) characters", "allowed are up to \(Self.longest)")
        }
        try split(text)
        var rule = RecurrenceRule(try frequency())
        if let interval = try number("INTERVAL", 1...Self.highestInterval) { rule.interval = interval }
        rule.end = try end()
        rule.seconds = try numbers("BYSECOND", 0...60)
        rule.minutes = try numbers("BYMINUTE", 0...59)
        rule.hours = try numbers("BYHOUR", 0...23)
        rule.days = try days()
        rule.monthDays = try numbers("BYMONTHDAY", 1...31, orNegative: true)
        rule.yearDays = try numbers("BYYEARDAY", 1...366, orNegative: true)
        rule.weeks = try numbers("BYWEEKNO", 1...53, orNegative: true)
        rule.months = try numbers("BYMONTH", 1...12)
        rule.positions = try numbers("BYSETPOS", 1...366, orNegative: true)
        if let text = values["WKST"] {
            guard let day = weekday(text) else {
                throw error("WKST", "is \(shown(text))", "allowed is one of MO, TU, WE, TH, FR, SA, SU")
            }
            rule.weekStart = day
        }
        try checkCombination(rule)
        return rule
    }

    // MARK: - Parts

    private mutating func split(_ text: String) throws(RecurrenceRuleError) {
        for part in text.uppercased().split(separator: ";", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, !pair[1].isEmpty else {
                throw error(
                    "", "has the part \(shown(String(part)))", "a part is NAME=VALUE, and parts are divided by ;")
            }
            guard Self.names.contains(pair[0]) else {
                throw error(
                    "", "has the part \(shown(pair[0]))", "the parts are \(Self.names.joined(separator: ", "))")
            }
            guard values.updateValue(pair[1], forKey: pair[0]) == nil else {
                throw error(pair[0], "is given twice", "each part is given once, its values divided by commas")
            }
        }
    }

    private func frequency() throws(RecurrenceRuleError) -> RecurrenceRule.Frequency {
        let allowed = "allowed is one of \(RecurrenceRule.Frequency.allCases.map(\.rawValue).joined(separator: ", "))"
        guard let text = values["FREQ"] else { throw error("FREQ", "is missing", allowed) }
        guard let frequency = RecurrenceRule.Frequency(rawValue: text) else {
            throw error(
                "FREQ", text == "SECONDLY" ? "is SECONDLY, too often for a programme" : "is \(shown(text))", allowed)
        }
        return frequency
    }

    private func end() throws(RecurrenceRuleError) -> RecurrenceRule.End? {
        let count = try number("COUNT", 1...Self.highestCount)
        guard let text = values["UNTIL"] else { return count.map { .count($0) } }
        guard count == nil else {
            throw error("COUNT", "stands beside UNTIL", "a rule has one of them, or neither")
        }
        if text.utf8.count == 8, let day = LocalDateTime(text + "T000000") { return .untilDay(day) }
        if text.utf8.count == 15, let time = LocalDateTime(text) { return .untilLocal(time) }
        if text.utf8.count == 16, text.utf8.last == UInt8(ascii: "Z"), let time = LocalDateTime(String(text.dropLast()))
        {
            return .untilUTC(time)
        }
        throw error(
            "UNTIL", "is \(shown(text))",
            "allowed is a day as 20261231, a local time as 20261231T050000, or one of UTC as 20261231T050000Z")
    }

    private func days() throws(RecurrenceRuleError) -> [RecurrenceRule.Day] {
        guard let text = values["BYDAY"] else { return [] }
        var days: [RecurrenceRule.Day] = []
        for member in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ordinal = member.dropLast(2)
            guard let weekday = weekday(String(member.suffix(2))),
                let number = ordinal.isEmpty ? 0 : signed(String(ordinal), 1...53)
            else {
                throw error(
                    "BYDAY", "has \(shown(String(member)))",
                    "allowed are MO, TU, WE, TH, FR, SA, SU, and before them a number from 1 to 53 or −53 to −1, as 2MO or -1FR"
                )
            }
            days.append(RecurrenceRule.Day(weekday, ordinal: number))
        }
        return days
    }

    private func number(_ name: String, _ range: ClosedRange<Int>) throws(RecurrenceRuleError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = unsigned(text, range) else {
            throw error(
                name, "is \(shown(text))", "allowed is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func numbers(
        _ name: String, _ range: ClosedRange<Int>, orNegative: Bool = false
    ) throws(RecurrenceRuleError) -> [Int] {
        guard let text = values[name] else { return [] }
        var numbers: [Int] = []
        for member in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            guard let number = orNegative ? signed(member, range) : unsigned(member, range) else {
                let positive = "allowed are numbers from \(range.lowerBound) to \(range.upperBound)"
                throw error(
                    name, "has \(shown(member))",
                    orNegative ? positive + ", or −\(range.upperBound) to −\(range.lowerBound) from the end" : positive)
            }
            numbers.append(number)
        }
        return numbers
    }

    // MARK: - Combinations

    /// What the RFC says must not stand together.
    private func checkCombination(_ rule: RecurrenceRule) throws(RecurrenceRuleError) {
        func refuse(
            _ name: String, unless frequencies: [RecurrenceRule.Frequency]
        ) throws(RecurrenceRuleError) {
            guard values[name] != nil, !frequencies.contains(rule.frequency) else { return }
            throw error(
                name, "stands beside FREQ=\(rule.frequency.rawValue)",
                "it is allowed with \(frequencies.map(\.rawValue).joined(separator: ", "))")
        }
        try refuse("BYWEEKNO", unless: [.yearly])
        try refuse("BYYEARDAY", unless: [.minutely, .hourly, .yearly])
        try refuse("BYMONTHDAY", unless: [.minutely, .hourly, .daily, .monthly, .yearly])
        if let day = rule.days.first(where: { $0.ordinal != 0 }) {
            guard rule.frequency == .monthly || rule.frequency == .yearly else {
                throw error(
                    "BYDAY", "has \(day) beside FREQ=\(rule.frequency.rawValue)",
                    "a weekday with a number is allowed with MONTHLY and YEARLY, elsewhere write \(day.weekday.text)")
            }
            guard rule.weeks.isEmpty else {
                throw error(
                    "BYDAY", "has \(day) beside BYWEEKNO",
                    "the week has the weekday once, write \(day.weekday.text)")
            }
        }
        guard rule.positions.isEmpty || values.keys.contains(where: { $0.hasPrefix("BY") && $0 != "BYSETPOS" }) else {
            throw error("BYSETPOS", "stands without another BY… part", "it chooses among what those give")
        }
    }

    // MARK: - Words

    private func weekday(_ text: String) -> RecurrenceRule.Weekday? {
        RecurrenceRule.Weekday.allCases.first { $0.text == text }
    }

    private func unsigned(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text),
            range.contains(number)
        else { return nil }
        return number
    }

    private func signed(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        switch text.utf8.first {
        case UInt8(ascii: "+"): unsigned(String(text.dropFirst()), range)
        case UInt8(ascii: "-"): unsigned(String(text.dropFirst()), range).map { -$0 }
        default: unsigned(text, range)
        }
    }

    /// What was found, in a length that a line of text can bear.
    private func shown(_ text: String) -> String {
        text.isEmpty ? "nothing" : text.count <= 40 ? "“\(text)”" : "“\(text.prefix(40))…”"
    }

    private func error(_ part: String, _ problem: String, _ allowed: String) -> RecurrenceRuleError {
        RecurrenceRuleError(part: part, problem: problem, allowed: allowed)
    }
}
