import Broadcasting
import Foundation
import Scheduling

/// Writes a schedule file from events.
struct ImportWriter {
    /// Where what names no scope sounds.
    let scope: Scope
    let zone: String
    let rules: TimeZoneRules
    var title: String?
    private(set) var notes: [String] = []
    private var names: Set<String> = []
    /// The text of each scope's programmes, in the order in which they came.
    private var programmes: [(scope: Scope, text: String)] = []
    private var wholeDays: [String] = []
    private var first: LocalDateTime?

    init(scope: Scope, zone: String, rules: TimeZoneRules) {
        self.scope = scope
        self.zone = zone
        self.rules = rules
    }

    var isEmpty: Bool { programmes.isEmpty && wholeDays.isEmpty }

    mutating func add(_ events: [CalendarEvent]) {
        var written: Set<ProgrammeID> = []
        for event in events {
            if let programme = event.programme {
                if written.contains(programme.id) { continue }
                let all = events.filter { $0.programme?.id == programme.id && $0.scope == event.scope }
                if isUnchanged(programme, all), writeWhole(programme, as: event) {
                    written.insert(programme.id)
                    continue
                }
            }
            add(event, of: events)
        }
    }

    private mutating func add(_ event: CalendarEvent, of events: [CalendarEvent]) {
        guard let local = event.local, !event.isCancelled else { return }
        let what = event.summary.isEmpty ? event.uid : event.summary
        if let name = event.unknownZone {
            notes.append("\(what): nothing says what the zone \(name) is; its times were taken for those of \(zone)")
        }
        for name in event.leftOut { notes.append("\(what): \(name) was left out; look at its days") }
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
        for written in rules {
            guard let rule = ShiftedRule.moving(written, by: event.dayShift, from: event.writtenDay) else {
                notes.append(
                    "\(what): in \(zone) it is on other days than where it was written, and its rule was left out; write its days: \(written)"
                )
                continue
            }
            guard (try? RecurrenceRule(rule)) != nil, rule.utf8.count <= 400, !rule.contains("\"") else {
                notes.append("\(what): its rule cannot be read and was left out: \(rule)")
                continue
            }
            if !exceptions.isEmpty, RuleParts(rule, start: local).map({ $0.times.count > 1 }) ?? true {
                notes.append("\(what): is due more than once a day; its exceptions take out whole days")
            }
            write(event, title: what, local, days: dayLines(rule, from: local), exceptions: exceptions)
        }
        if !event.dates.isEmpty { write(event, title: what, on: event.dates) }
    }

    // MARK: - What Loa wrote

    /// Whether the events are still those that were made of the programme.
    private func isUnchanged(_ programme: Programme, _ events: [CalendarEvent]) -> Bool {
        guard programme.start.zone == zone, let scope = events.first?.scope else { return false }
        struct Shape: Hashable {
            var local: LocalDateTime?
            var rules: [String]
            var dates: Set<LocalDateTime>
            var exceptions: Set<LocalDateTime>
            var isPlain: Bool

            init(_ event: CalendarEvent) {
                (local, rules) = (event.local, event.rules)
                (dates, exceptions) = (Set(event.dates), Set(event.exceptions))
                isPlain = !event.isCancelled && event.replaces == nil && !event.wasConverted
            }
        }
        let rules = rules
        let lines = CalendarExport.events(programme, of: scope, now: .distantPast, rules: rules)
        let zones = CalendarZones([], rules: { [zone] in $0 == zone ? rules : nil })
        let made = CalendarImport.events(lines).map { CalendarEvent($0, zone: zone, zones: zones) }
        return made.count == events.count && Set(made.map(Shape.init)) == Set(events.map(Shape.init))
            && Set(events.map(\.summary)).count == 1
    }

    /// Writes a programme with all its times, or says that a file cannot say it in one.
    private mutating func writeWhole(_ programme: Programme, as event: CalendarEvent) -> Bool {
        let start = programme.start
        let exceptions = (start.exdate ?? []).compactMap { LocalDateTime($0) }
        guard let rrule = start.rrule, start.rdate == nil, let local = LocalDateTime(start.local) else { return false }
        let lines = rrule.split(separator: "\n").map(String.init)
        let parts = lines.compactMap { RuleParts($0, start: local) }
        let times = parts.flatMap(\.times)
        guard parts.count == lines.count, Set(parts.map(\.days)).count == 1, Set(times).count == times.count,
            times.min() == TimeOfDay(local),
            Dictionary(grouping: exceptions, by: \.date.daysSinceEpoch).values
                .allSatisfy({ Set($0.map { TimeOfDay($0) }) == Set(times) })
        else { return false }
        write(
            event, title: event.summary.isEmpty ? programme.title : event.summary, local, times: times,
            days: dayLines(parts[0].days, from: local), exceptions: exceptions)
        return true
    }

    // MARK: - Writing

    /// What a file says of the days of a rule.
    private func dayLines(_ rule: String, from local: LocalDateTime) -> [String] {
        guard let (pattern, until) = DayPattern.reading(rule, start: local, zone: rules) else {
            return ["rrule: \"\(rule)\"", "from: \(local.date.text)"]
        }
        return ["days: \(pattern.text)", "from: \(local.date.text)"] + (until.map { ["until: \($0.text)"] } ?? [])
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
        _ event: CalendarEvent, title: String, _ local: LocalDateTime, times: [TimeOfDay] = [], days: [String],
        exceptions: [LocalDateTime]
    ) {
        first = min(first ?? local, local)
        let name = name(for: event, title: title)
        var lines = ["title: \(quoted(title))"] + days
        let all = (times.isEmpty ? [TimeOfDay(local)] : times.sorted()).map { "\"\($0)\"" }
        lines.append("times: " + (all.count == 1 ? all[0] : "[\(all.joined(separator: ", "))]"))
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
        let text = "      \(name):\n" + lines.map { "        \($0)\n" }.joined()
        let scope = event.scope ?? scope
        if let index = programmes.firstIndex(where: { $0.scope == scope }) {
            programmes[index].text += text
        } else {
            programmes.append((scope, text))
        }
    }

    private static func policies(_ programme: Programme) -> [String] {
        var lines = ["class: \(programme.class.rawValue)", "priority: \(programme.priority.rawValue)"]
        if let slot = programme.slot { lines.append("slot: \(DurationText.text(slot))") }
        lines.append("grace: \(DurationText.text(programme.grace))")
        lines.append("whenLate: \(programme.whenLate.rawValue)")
        lines.append("whenInterrupted: \(programme.whenInterrupted.rawValue)")
        if programme.volume != 0 { lines.append("volume: \(programme.volume)") }
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
        text += "\nscopes:\n"
        if programmes.isEmpty { text += "  \(scope):\n    programmes: {}\n" }
        return text + programmes.map { "  \($0.scope):\n    programmes:\n\($0.text)" }.joined()
    }
}
