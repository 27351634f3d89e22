public import Broadcasting
import Foundation
public import Scheduling

/// An iCalendar file (RFC 5545) as a schedule file: the times are those of the calendar, and what sounds is for a person to write.
public struct CalendarImport: Sendable {
    /// The text of a schedule file.
    public private(set) var text = ""
    /// What a person should look at.
    public private(set) var notes: [String] = []

    /// Why a file gives no schedule.
    public struct Failure: Error, CustomStringConvertible { public let description: String }

    /// - Parameters:
    ///   - scope: where the programmes shall sound whose events name no scope as their place.
    ///   - zone: the zone of the schedule; the calendar's own where nil.
    public init(
        _ bytes: [UInt8], scope: Scope, zone: String?, rules: @escaping (String) -> TimeZoneRules?
    ) throws(Failure) {
        let lines = CalendarLine.lines(of: bytes)
        guard lines.contains(CalendarLine("BEGIN", [:], "VCALENDAR")) else {
            throw Failure(description: "this is no iCalendar file: it does not begin with BEGIN:VCALENDAR")
        }
        let zones = CalendarZones(lines, rules: rules)
        let named = [
            zone, lines.first { $0.name == "X-WR-TIMEZONE" }?.text,
            lines.first { $0.name == "DTSTART" && $0.parameters["TZID"] != nil }?.parameters["TZID"],
        ].compactMap(\.self)
        let zone = named.lazy.compactMap { zones.standard($0) }.first ?? "Asia/Ho_Chi_Minh"
        guard let own = rules(zone) else { throw Failure(description: "there is no time zone \(zone) on this machine") }
        let events = Self.events(lines).map { CalendarEvent($0, zone: zone, zones: zones) }
        var writer = ImportWriter(scope: scope, zone: zone, rules: own)
        writer.title = lines.first { $0.name == "X-WR-CALNAME" }?.text
        writer.add(events)
        guard !writer.isEmpty else {
            let problems = ["the file has no event with a time that a schedule can hold"] + writer.notes
            throw Failure(description: problems.joined(separator: "; "))
        }
        text = writer.text
        notes = writer.notes
    }

    /// The lines of each VEVENT, without those of what lies within it.
    static func events(_ lines: [CalendarLine]) -> [[CalendarLine]] {
        var events: [[CalendarLine]] = []
        var path: [String] = []
        for line in lines {
            switch line.name {
            case "BEGIN":
                path.append(line.value.uppercased())
                if path.last == "VEVENT" { events.append([]) }
            case "END": if !path.isEmpty { path.removeLast() }
            default: if path.last == "VEVENT" { events[events.count - 1].append(line) }
            }
        }
        return events
    }
}
