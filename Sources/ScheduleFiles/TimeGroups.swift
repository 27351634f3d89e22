/// Times of day, put together so that one rule can say each group: every hour of a group with every minute of it.
struct TimeGroup: Hashable, Sendable {
    var hours: [Int]
    var minutes: [Int]
    var second: Int

    var first: TimeOfDay { TimeOfDay(hour: hours[0], minute: minutes[0], second: second) }

    /// What a rule says of its times.
    var rule: String {
        func list(_ values: [Int]) -> String { values.map(String.init).joined(separator: ",") }
        return ";BYHOUR=\(list(hours));BYMINUTE=\(list(minutes));BYSECOND=\(second)"
    }

    /// The groups of `times`, by their first time.
    static func groups(of times: Set<TimeOfDay>) -> [TimeGroup] {
        var groups: [TimeGroup] = []
        for (second, times) in Dictionary(grouping: times, by: \.second) {
            let hours = Dictionary(grouping: times, by: \.minute).mapValues { $0.map(\.hour).sorted() }
            for (hours, minutes) in Dictionary(grouping: hours.keys, by: { hours[$0] ?? [] }) {
                groups.append(TimeGroup(hours: hours, minutes: minutes.sorted(), second: second))
            }
        }
        return groups.sorted { $0.first < $1.first }
    }
}
