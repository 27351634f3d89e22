import Broadcasting
import FoundationEssentials
import Scheduling

/// An event of an iCalendar file, with its times in one zone.
struct CalendarEvent {
    var uid = ""
    var summary = ""
    /// The scope that its place names, if it names one.
    var scope: Scope?
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
    /// Days by which the date of its start is later than the zone that it was written in dates it; and the day of the month there.
    var dayShift = 0
    var writtenDay = 1
    /// A zone that it names and that nobody knows: its times were left as they stand.
    var unknownZone: String?
    /// What was not understood of it, in the names of iCalendar.
    var leftOut: [String] = []

    /// - Parameter zone: the zone that all times are put into, a name of the tz database.
    init(_ lines: [CalendarLine], zone: String, zones: CalendarZones) {
        var end: LocalDateTime?
        var wasConverted = false
        var unknownZone: String?
        func times(_ line: CalendarLine) -> [LocalDateTime] {
            line.value.split(separator: ",").compactMap { part in
                let text = String(part.prefix { $0 != "/" })
                if text.utf8.count == 8 { return LocalDateTime(text + "T000000") }
                let isUTC = text.hasSuffix("Z")
                guard let time = LocalDateTime(isUTC ? String(text.dropLast()) : text) else { return nil }
                guard let name = isUTC ? "UTC" : line.parameters["TZID"], zones.standard(name) != zone,
                    let own = zones.rules(of: zone)
                else { return time }
                guard let other = zones.rules(of: name) else {
                    unknownZone = name
                    return time
                }
                wasConverted = wasConverted || !isUTC && !other.hasOffsets(of: own)
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
                let text = line.value.hasSuffix("Z") ? String(line.value.dropLast()) : line.value
                if let local, let written = LocalDateTime(text) {
                    dayShift = Int(local.date.daysSinceEpoch - written.date.daysSinceEpoch)
                    writtenDay = written.day
                }
                isAllDay = line.parameters["VALUE"] == "DATE" || line.value.utf8.count == 8
                self.wasConverted = wasConverted || line.value.hasSuffix("Z")
            case "DTEND": end = times(line).first
            case "DURATION": duration = Self.seconds(line.value)
            case "RRULE": self.rules.append(line.value)
            case "RDATE": dates += times(line)
            case "EXDATE": exceptions += times(line)
            case "RECURRENCE-ID":
                replaces = times(line).first
                if line.parameters["RANGE"] != nil { leftOut.append("RANGE") }
            case "EXRULE": leftOut.append("EXRULE")
            case "LOCATION": scope = Scope(line.text)
            case "STATUS": isCancelled = line.value.uppercased() == "CANCELLED"
            case "X-LOA-PROGRAMME": programme = try? Wire.decode(Programme.self, from: Data(line.text.utf8))
            default: break
            }
        }
        if let local, let end { duration = Double(end.secondsSince1970 - local.secondsSince1970) }
        self.wasConverted = self.wasConverted || wasConverted
        self.unknownZone = unknownZone
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

extension TimeZoneRules {
    /// Whether both show the same from 2020 to 2040, looked at week by week.
    fileprivate func hasOffsets(of other: TimeZoneRules) -> Bool {
        stride(from: Int64(1_577_836_800), to: 2_208_988_800, by: 604_800).allSatisfy { second in
            let instant = Timestamp(nanoseconds: second * 1_000_000_000)
            return secondsFromUTC(at: instant) == other.secondsFromUTC(at: instant)
        }
    }
}
