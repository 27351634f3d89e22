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
    ///   - scope: where the programmes shall sound.
    ///   - zone: the zone of the schedule; the calendar's own where nil.
    public init(
        _ bytes: [UInt8], scope: Scope, zone: String?, rules: (String) -> TimeZoneRules?
    ) throws(Failure) {
        let lines = CalendarLine.lines(of: bytes)
        guard lines.contains(CalendarLine("BEGIN", [:], "VCALENDAR")) else {
            throw Failure(description: "this is no iCalendar file: it does not begin with BEGIN:VCALENDAR")
        }
        let named = [
            zone, lines.first { $0.name == "X-WR-TIMEZONE" }?.value,
            lines.first { $0.name == "DTSTART" && $0.parameters["TZID"] != nil }?.parameters["TZID"],
        ].compactMap(\.self).map(ZoneName.standard)
        let zone = named.first { rules($0) != nil } ?? "Asia/Ho_Chi_Minh"
        let events = Self.events(lines).map { CalendarEvent($0, zone: zone, rules: rules) }
        var writer = ImportWriter(scope: scope, zone: zone)
        writer.title = lines.first { $0.name == "X-WR-CALNAME" }?.text
        for event in events { writer.add(event, of: events) }
        guard !writer.isEmpty else { throw Failure(description: "the file has no event with a time") }
        text = writer.text
        notes = writer.notes
    }

    /// The lines of each VEVENT, without those of what lies within it.
    private static func events(_ lines: [CalendarLine]) -> [[CalendarLine]] {
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

/// Writes a schedule file from events.
private struct ImportWriter {
    let scope: Scope
    let zone: String
    var title: String?
    var notes: [String] = []
    private var names: Set<String> = []
    private var programmes = ""
    private var wholeDays: [String] = []
    private var first: LocalDateTime?

    init(scope: Scope, zone: String) {
        self.scope = scope
        self.zone = zone
    }

    var isEmpty: Bool { programmes.isEmpty && wholeDays.isEmpty }

    mutating func add(_ event: CalendarEvent, of events: [CalendarEvent]) {
        guard let local = event.local, !event.isCancelled else { return }
        let what = event.summary.isEmpty ? event.uid : event.summary
        if event.isAllDay {
            let days = max(1, Int((event.duration ?? 86_400) / 86_400))
            let last = LocalDateTime(secondsSince1970: local.secondsSince1970 + Int64(days - 1) * 86_400)
            wholeDays.append(days == 1 ? local.date.text : "\(local.date.text)..\(last.date.text)")
            if !event.rules.isEmpty { notes.append("\(what): of whole days; its rule was left out, write its dates") }
            return
        }
        // Those that stand in place of one occurrence take it out of the series.
        let replaced = events.filter { $0.uid == event.uid && $0.replaces != nil }.compactMap(\.replaces)
        let exceptions = event.replaces == nil ? event.exceptions + replaced : []
        if event.wasConverted, !event.rules.isEmpty {
            notes.append("\(what): was written in another zone; look at its days and times in \(zone)")
        }
        let rules = event.replaces == nil ? event.rules : []
        if rules.isEmpty {
            let taken = Set(exceptions)
            let all = ([local] + (event.replaces == nil ? event.dates : [])).filter { !taken.contains($0) }
            write(event, title: what, on: all)
            return
        }
        for rule in rules {
            guard (try? RecurrenceRule(rule)) != nil, rule.utf8.count <= 400, !rule.contains("\"") else {
                notes.append("\(what): its rule cannot be read and was left out: \(rule)")
                continue
            }
            write(
                event, title: what, local,
                days: ["rrule: \"\(rule)\"", "from: \(local.date.text)"], exceptions: exceptions)
        }
        if !event.dates.isEmpty { write(event, title: what, on: event.dates) }
    }

    /// Dates, one programme for each time of day.
    private mutating func write(_ event: CalendarEvent, title: String, on dates: [LocalDateTime]) {
        let groups = Dictionary(grouping: Set(dates)) { $0.description.suffix(8) }
        for (_, dates) in groups.sorted(by: { $0.key < $1.key }) {
            guard let first = dates.min() else { continue }
            let list = dates.sorted().map(\.date.text).joined(separator: ", ")
            write(event, title: title, first, days: ["dates: [\(list)]"], exceptions: [])
        }
    }

    private mutating func write(
        _ event: CalendarEvent, title: String, _ local: LocalDateTime, days: [String], exceptions: [LocalDateTime]
    ) {
        first = min(first ?? local, local)
        let name = name(for: event, title: title)
        var lines = ["title: \(quoted(title))"] + days
        let time = TimeOfDay(hour: local.hour, minute: local.minute, second: local.second)
        lines.append("times: \"\(time)\"")
        let days = Set(exceptions.map(\.date.text)).sorted()
        if !days.isEmpty { lines.append("except: [\(days.joined(separator: ", "))]") }
        if let programme = event.programme {
            lines += Self.policies(programme)
            lines += ["blocks:"] + programme.blocks.map { "  - \(block($0))" }
        } else {
            if let duration = event.duration, (1...86_400).contains(duration) {
                lines.append("slot: \(DurationText.text(duration))")
            }
            lines += ["blocks:", "  - audio: audio/\(name).mp3"]
        }
        programmes += "      \(name):\n" + lines.map { "        \($0)\n" }.joined()
    }

    private static func policies(_ programme: Programme) -> [String] {
        var lines = ["class: \(programme.class.rawValue)", "priority: \(programme.priority.rawValue)"]
        if let slot = programme.slot { lines.append("slot: \(DurationText.text(slot))") }
        lines.append("grace: \(DurationText.text(programme.grace))")
        lines.append("whenLate: \(programme.whenLate.rawValue)")
        lines.append("whenInterrupted: \(programme.whenInterrupted.rawValue)")
        lines.append("volume: \(programme.volume)")
        if !programme.languages.isEmpty { lines.append("languages: [\(programme.languages.joined(separator: ", "))]") }
        return lines
    }

    private func block(_ block: Programme.Block) -> String {
        switch block {
        case .audio(let audio): "audio: sha256:\(audio.sha256)"
        case .chime(let audio): "chime: sha256:\(audio.sha256)"
        case .pause(let duration): "pause: \(DurationText.text(duration))"
        case .relay(let url, let duration, let fallback):
            "relay: {url: \"\(url)\", duration: \(DurationText.text(duration))"
                + (fallback.map { ", fallback: \"sha256:\($0.sha256)\"" } ?? "") + "}"
        }
    }

    /// The programme's own name where Loa wrote the event, or else one made of its title, which no other has.
    private mutating func name(for event: CalendarEvent, title: String) -> String {
        let plain = title.lowercased().replacing("đ", with: "d").decomposedStringWithCanonicalMapping
        var slug = ""
        for scalar in plain.unicodeScalars where scalar.properties.generalCategory != .nonspacingMark {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            if isPlain {
                slug.unicodeScalars.append(scalar)
            } else if !slug.isEmpty, slug.last != "-" {
                slug.append("-")
            }
        }
        while slug.last == "-" { slug.removeLast() }
        let base = event.programme?.id.rawValue ?? (slug.isEmpty ? "buoi-phat" : String(slug.prefix(48)))
        var name = base
        var number = 2
        while !names.insert(name).inserted {
            name = "\(base.prefix(58))-\(number)"
            number += 1
        }
        return name
    }

    /// At most 200 characters in quotes, and at least one.
    private func quoted(_ text: String) -> String {
        var result = "\""
        let visible = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F || $0 == "\n" }
        if visible.isEmpty { return "\"-\"" }
        for scalar in visible.prefix(200) {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    var text: String {
        var text = "# yaml-language-server: $schema=schedule.schema.json\nversion: 1\n"
        if let title, !title.isEmpty { text += "title: \(quoted(title))\n" }
        text += "zone: \(zone)\nfrom: \(first?.date.text ?? "1970-01-01")\n"
        if !wholeDays.isEmpty {
            text +=
                "\ncalendars:\n  # Events of whole days. Name it under except where a programme shall be silent on them.\n"
            text += "  ca-ngay:\n" + wholeDays.sorted().map { "    - \($0)\n" }.joined()
        }
        text += "\nscopes:\n  \(scope):\n    programmes:\(programmes.isEmpty ? " {}" : "")\n" + programmes
        return text
    }
}
