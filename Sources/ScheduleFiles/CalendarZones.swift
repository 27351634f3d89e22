import Scheduling

/// The time zones that an iCalendar file speaks of, by the names that it gives them.
///
/// Calendar programs write names of the tz database, names of Windows, paths that end in either, or names of their own with the
/// offsets beside them.
struct CalendarZones {
    private let rules: (String) -> TimeZoneRules?
    /// The only offset of a zone that the file describes, in seconds east of UTC.
    private var offsets: [String: Int] = [:]
    /// What the file itself says that a zone is in the tz database.
    private var locations: [String: String] = [:]

    /// - Parameter rules: of a zone of the tz database by its name.
    init(_ lines: [CalendarLine], rules: @escaping (String) -> TimeZoneRules?) {
        self.rules = rules
        var name: String?
        var found: Set<Int> = []
        for line in lines {
            switch (line.name, line.value.uppercased()) {
            case ("BEGIN", "VTIMEZONE"): (name, found) = (nil, [])
            case ("TZID", _): name = line.value
            case ("X-LIC-LOCATION", _): if let name { locations[name] = line.value }
            case ("TZOFFSETTO", _): found.insert(Self.seconds(line.value) ?? .max)
            case ("END", "VTIMEZONE"):
                if let name, found.count == 1, let offset = found.first, offset != .max { offsets[name] = offset }
            default: break
            }
        }
    }

    /// The name in the tz database; nil where there is none.
    func standard(_ name: String) -> String? {
        if rules(name) != nil { return name }
        if let known = WindowsZones.names[name], rules(known) != nil { return known }
        if let location = locations[name], rules(location) != nil { return location }
        // `/freeassociation.sourceforge.net/Asia/Ho_Chi_Minh`, `tzone://Microsoft/Utc`
        let parts = name.split(separator: "/")
        for start in parts.indices.dropFirst() {
            let end = parts[start...].joined(separator: "/")
            if let known = rules(end) == nil ? WindowsZones.names[end] : end, rules(known) != nil { return known }
        }
        return name.hasSuffix("/Utc") ? "UTC" : nil
    }

    /// What the clocks of a zone show; nil where nothing says so.
    func rules(of name: String) -> TimeZoneRules? {
        if let standard = standard(name) { return rules(standard) }
        return (offsets[name] ?? Self.offset(inName: name)).map { TimeZoneRules(secondsFromUTC: $0) }
    }

    /// The offset of `(UTC+07:00) Bangkok, Hanoi, Jakarta`, `GMT+7` and `UTC`.
    private static func offset(inName name: String) -> Int? {
        guard let start = name.firstRange(of: "UTC") ?? name.firstRange(of: "GMT") else { return nil }
        let digits = name[start.upperBound...].prefix { "+-:0123456789".contains($0) }
        guard let sign = digits.first, sign == "+" || sign == "-" else { return digits.isEmpty ? 0 : nil }
        let parts = digits.dropFirst().split(separator: ":").compactMap { Int($0) }
        guard let hours = parts.first, hours <= 14, parts.count <= 2 else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 3600 + (parts.count == 2 ? parts[1] : 0) * 60)
    }

    /// `+0700`, `-0330`, `+053020`.
    private static func seconds(_ text: String) -> Int? {
        let digits = text.dropFirst()
        guard let sign = text.first, sign == "+" || sign == "-", digits.utf8.count == 4 || digits.utf8.count == 6,
            let number = Int(digits), number >= 0
        else { return nil }
        let (hours, minutes, rest) =
            digits.utf8.count == 4
            ? (number / 100, number % 100, 0) : (number / 10_000, number / 100 % 100, number % 100)
        return (sign == "-" ? -1 : 1) * (hours * 3600 + minutes * 60 + rest)
    }
}
