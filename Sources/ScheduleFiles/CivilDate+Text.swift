import Broadcasting

extension CivilDate {
    /// Reads `2026-11-23`; nil for anything else, and for a date that the calendar does not have.
    init?(_ text: String) {
        guard Self.isWritten(text) else { return nil }
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...12).contains(parts[1]), (1970...2200).contains(parts[0]),
            (1...CivilDate.days(inMonth: parts[1], year: parts[0])).contains(parts[2])
        else { return nil }
        self.init(year: parts[0], month: parts[1], day: parts[2])
    }

    /// Whether `text` has the form of a date, four digits, two and two.
    static func isWritten(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 10
            && bytes.enumerated().allSatisfy { index, byte in
                index == 4 || index == 7
                    ? byte == UInt8(ascii: "-") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    /// `2026-11-23`.
    var text: String {
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = "\(value)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}
