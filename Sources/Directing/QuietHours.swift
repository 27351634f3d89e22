import Broadcasting

extension NodeSettings.QuietHours {
    /// Whether a second of the local day (0 to 86,399) lies within. Times that cannot be read contain nothing.
    func contains(secondOfDay second: Int) -> Bool {
        guard let from = Self.second(from), let to = Self.second(to) else { return false }
        return from <= to ? (from..<to).contains(second) : second >= from || second < to
    }

    /// Seconds from `second` of the local day until the next time that quiet begins or ends; nil when it never does.
    func untilChange(secondOfDay second: Int) -> Int? {
        guard let from = Self.second(from), let to = Self.second(to), from != to else { return nil }
        return [from, to].map { ($0 - second + 86_400 - 1) % 86_400 + 1 }.min()
    }

    /// `HH:mm` as seconds since midnight; `24:00` is the midnight after.
    private static func second(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(isDigit) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1440
        else { return nil }
        return hour * 3600 + minute * 60
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
