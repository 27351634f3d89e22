public import Broadcasting

extension NodeSettings.QuietHours {
    /// Reads `21:00-05:00`; nil for anything else.
    public init?(written text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard ends.count == 2, ends.allSatisfy(Self.isTimeOfDay) else { return nil }
        self.init(from: ends[0], to: ends[1])
    }
}

extension DayOfWeek {
    /// The days that a person names: `daily`, `weekdays`, `mon-sat`, `mon,wed,fri`; nil for anything else.
    public static func named(_ text: String) -> [DayOfWeek]? {
        DayPattern(text).map { pattern in pattern.days.sorted().map { allCases[$0] } }
    }

    /// The days as `named` reads them; `no day` for none.
    public static func written(_ days: [DayOfWeek]) -> String {
        let indices = Set(days.compactMap { allCases.firstIndex(of: $0) })
        return indices.isEmpty ? "no day" : DayPattern(days: indices).text
    }

    /// What `named` reads, in words.
    public static var writtenForm: String { DayPattern.form }
}
