import Broadcasting
import FoundationEssentials
import Scheduling

/// An event of an iCalendar file, with its times in one zone.
struct CalendarEvent {
    var uid = ""
    var summary = ""
    var local: LocalDateTime?
    /// Whether it is of whole days.
    var isAllDay = false
    /// Seconds, where the event says.
    var duration: Double?
    var rules: [String] = []
    var dates: [LocalDateTime] = []
    var exceptions: [LocalDateTime] = []
    /// Of an event that stands in place of one occurrence: which one.
    var replaces: LocalDateTime?
    var isCancelled = false
    /// As Loa wrote it.
    var programme: Programme?
    /// Whether its times were written in another zone.
    var wasConverted = false

    /// - Parameters:
    ///   - zone: the zone that all times are put into.
    ///   - rules: of a zone by its name.
    init(_ lines: [CalendarLine], zone: String, rules: (String) -> TimeZoneRules?) {
        var end: LocalDateTime?
        var wasConverted = false
        func times(_ line: CalendarLine) -> [LocalDateTime] {
            line.value.split(separator: ",").compactMap { part in
                let text = String(part.prefix { $0 != "/" })
                if text.utf8.count == 8 { return LocalDateTime(text + "T000000") }
                let isUTC = text.hasSuffix("Z")
                guard let time = LocalDateTime(isUTC ? String(text.dropLast()) : text) else { return nil }
                let name = isUTC ? "UTC" : line.parameters["TZID"].map(ZoneName.standard) ?? zone
                guard name != zone, let own = rules(zone), let other = rules(name) else { return time }
                wasConverted = wasConverted || !isUTC
                let instant = other.firstInstant(of: time)
                return LocalDateTime(
                    secondsSince1970: instant.nanoseconds / 1_000_000_000 + Int64(own.secondsFromUTC(at: instant)))
            }
        }
        for line in lines {
            switch line.name {
            case "UID": uid = line.text
            case "SUMMARY": summary = line.text
            case "DTSTART":
                local = times(line).first
                isAllDay = line.parameters["VALUE"] == "DATE" || line.value.utf8.count == 8
                self.wasConverted = wasConverted || line.value.hasSuffix("Z")
            case "DTEND": end = times(line).first
            case "DURATION": duration = Self.seconds(line.value)
            case "RRULE": self.rules.append(line.value)
            case "RDATE": dates += times(line)
            case "EXDATE": exceptions += times(line)
            case "RECURRENCE-ID": replaces = times(line).first
            case "STATUS": isCancelled = line.value.uppercased() == "CANCELLED"
            case "X-LOA-PROGRAMME": programme = try? Wire.decode(Programme.self, from: Data(line.text.utf8))
            default: break
            }
        }
        if let local, let end { duration = Double(end.secondsSince1970 - local.secondsSince1970) }
        self.wasConverted = self.wasConverted || wasConverted
    }

    /// `PT1H30M`, `P1D`, `P2W`.
    private static func seconds(_ text: String) -> Double? {
        var total = 0.0
        var digits = ""
        for character in text.drop(while: { $0 == "+" }).dropFirst() {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            let units: [Character: Double] = ["W": 604_800, "D": 86_400, "H": 3600, "M": 60, "S": 1, "T": 0]
            guard text.hasPrefix("P") || text.hasPrefix("+P"), let unit = units[character] else { return nil }
            total += (Double(digits) ?? 0) * unit
            digits = ""
        }
        return total > 0 ? total : nil
    }
}

/// Names of time zones in calendars.
enum ZoneName {
    /// The name in the tz database of what Windows and Outlook write, where it is one of those that are met here.
    static func standard(_ name: String) -> String {
        let known = [
            "SE Asia Standard Time": "Asia/Ho_Chi_Minh", "Asia/Saigon": "Asia/Ho_Chi_Minh",
            "(UTC+07:00) Bangkok, Hanoi, Jakarta": "Asia/Ho_Chi_Minh", "China Standard Time": "Asia/Shanghai",
            "Tokyo Standard Time": "Asia/Tokyo", "Singapore Standard Time": "Asia/Singapore",
            "W. Europe Standard Time": "Europe/Berlin", "Romance Standard Time": "Europe/Paris",
            "GMT Standard Time": "Europe/London", "Eastern Standard Time": "America/New_York",
            "Pacific Standard Time": "America/Los_Angeles",
        ]
        return known[name] ?? name
    }
}
