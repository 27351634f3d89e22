public import Broadcasting
public import Scheduling

extension Programme.Start {
    /// When it is due, in a line for people: `mon-sat 05:00, 17:00`, `daily 06:30 until 31/12/2026`, `28/11/2026 06:00 and 1 more`.
    /// Rules that have no such words stand as RFC 5545 writes them.
    ///
    /// - Parameter rules: of a zone of the tz database by its name.
    public func words(rules: (String) -> TimeZoneRules?) -> String {
        guard let first = LocalDateTime(local) else { return local }
        func dayText(_ date: CivilDate) -> String {
            func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
            return "\(two(date.day))/\(two(date.month))/\(date.year)"
        }
        let more = rdate?.count ?? 0
        let others = more > 0 ? " and \(more) more" : ""
        guard let rrule else { return "\(dayText(first.date)) \(TimeOfDay(first))\(others)" }
        var groups: [(days: String, times: Set<TimeOfDay>)] = []
        for line in rrule.split(separator: "\n").map(String.init) {
            guard let parts = RuleParts(line, start: first) else {
                groups.append((line, [TimeOfDay(first)]))
                continue
            }
            if let index = groups.firstIndex(where: { $0.days == parts.days }) {
                groups[index].times.formUnion(parts.times)
            } else {
                groups.append((parts.days, Set(parts.times)))
            }
        }
        let texts = groups.map { group in
            var days = group.days
            var end = ""
            if let zone = rules(self.zone), let reading = DayPattern.reading(days, start: first, zone: zone) {
                days = reading.pattern.text
                end = reading.until.map { " until \(dayText($0))" } ?? ""
            }
            return "\(days) \(group.times.sorted().map(\.description).joined(separator: ", "))\(end)"
        }
        return texts.joined(separator: " + ") + others
    }
}
