/// Days of the week as a person writes them: `daily`, `weekdays`, `mon-sat`, `mon, wed, fri`.
struct DayPattern: Hashable, Sendable {
    /// 0 for Monday to 6 for Sunday.
    var days: Set<Int>

    static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let codes = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    static let form = "days: write daily, weekdays, weekends, a range as mon-sat, or a list as mon,wed,fri"

    init?(_ text: String) {
        switch text {
        case "daily": days = Set(0...6)
        case "weekdays": days = Set(0...4)
        case "weekends": days = [5, 6]
        default:
            days = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let part = part.first == " " ? part.dropFirst() : part
                let ends = part.split(separator: "-", omittingEmptySubsequences: false)
                let indices = ends.compactMap { Self.names.firstIndex(of: String($0)) }
                guard indices.count == ends.count, (1...2).contains(ends.count) else { return nil }
                // A range may go over the end of the week: fri-mon.
                var day = indices[0]
                days.insert(day)
                while day != indices[indices.count - 1] {
                    day = (day + 1) % 7
                    days.insert(day)
                }
            }
        }
    }

    init(days: Set<Int>) { self.days = days }

    init?(_ names: [String]) {
        let indices = names.compactMap { Self.names.firstIndex(of: $0) }
        guard indices.count == names.count else { return nil }
        days = Set(indices)
    }

    /// The rule without its times.
    var rule: String {
        days.count == 7
            ? "FREQ=DAILY" : "FREQ=WEEKLY;BYDAY=" + days.sorted().map { Self.codes[$0] }.joined(separator: ",")
    }
}
