import Broadcasting

/// What has sounded in the present local day and week, emergencies aside.
struct Use: Codable, Sendable, Hashable {
    /// Days since 1970-01-01, and weeks since the Monday before it.
    var day = 0
    var week = 0
    var today = Sum()
    var thisWeek = Sum()

    struct Sum: Codable, Sendable, Hashable {
        var sessions = 0
        /// Nanoseconds.
        var time: Int64 = 0

        func isUsedUp(_ limit: UseLimit, after more: Int64) -> Bool {
            left(of: limit, after: more).map { $0 <= 0 } ?? false
        }

        /// Nanoseconds that may still sound; nil when there is no limit.
        func left(of limit: UseLimit, after more: Int64) -> Int64? {
            limit.seconds.map { Int64($0 * 1e9) - time - more }
        }
    }

    /// Begins to count anew when another day or week has come.
    mutating func turn(to day: Int) {
        guard day != self.day else { return }
        (self.day, today) = (day, Sum())
        // 1970-01-01 was a Thursday.
        let week = (day + 3 - ((day + 3) % 7 + 7) % 7) / 7
        if week != self.week { (self.week, thisWeek) = (week, Sum()) }
    }

    mutating func add(sessions: Int, time: Int64) {
        today.sessions += sessions
        today.time += time
        thisWeek.sessions += sessions
        thisWeek.time += time
    }
}
