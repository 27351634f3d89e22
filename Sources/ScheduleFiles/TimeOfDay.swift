import Scheduling

/// A time that a clock on the wall shows, to the second.
struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    var hour: Int
    var minute: Int
    var second: Int

    static let form = "a time of day: write 05:00 or 17:30, in quotes, from 00:00 to 23:59"

    /// Reads `HH:mm` or `HH:mm:ss`.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count),
            parts.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy { $0.isASCII && $0.isNumber } })
        else { return nil }
        let values = parts.compactMap { Int($0) }
        guard values.count == parts.count, values[0] < 24, values[1] < 60, values.count < 3 || values[2] < 60 else {
            return nil
        }
        (hour, minute, second) = (values[0], values[1], values.count == 3 ? values[2] : 0)
    }

    init(_ local: LocalDateTime) { self.init(hour: local.hour, minute: local.minute, second: local.second) }

    init(hour: Int, minute: Int, second: Int) {
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    var secondOfDay: Int { hour * 3600 + minute * 60 + second }

    static func < (left: Self, right: Self) -> Bool { left.secondOfDay < right.secondOfDay }

    /// `05:00`, with seconds where there are any.
    var description: String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(two(hour)):\(two(minute))" + (second == 0 ? "" : ":\(two(second))")
    }
}
