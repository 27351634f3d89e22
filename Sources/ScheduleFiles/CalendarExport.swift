public import Broadcasting
public import Scheduling

/// Schedules as iCalendar (RFC 5545), which calendar programs and telephones show.
public enum CalendarExport {
    /// One VCALENDAR with the programmes of each scope as events.
    ///
    /// A programme whose rules one event cannot hold becomes several events, and so does one with several times of day: BYHOUR and
    /// its kin are of the RFC, but neither Google Calendar nor Outlook nor a telephone shows them.
    public static func text(
        _ schedules: [Scope: [Programme]], title: String?, now: Timestamp, rules: (String) -> TimeZoneRules?
    ) -> String {
        var lines = [
            CalendarLine("BEGIN", [:], "VCALENDAR"), CalendarLine("VERSION", [:], "2.0"),
            CalendarLine("PRODID", [:], "-//Loa//Loa//EN"), CalendarLine("CALSCALE", [:], "GREGORIAN"),
            CalendarLine("METHOD", [:], "PUBLISH"),
        ]
        if let title { lines.append(CalendarLine("X-WR-CALNAME", text: title)) }
        let zones = Set(schedules.values.joined().map(\.start.zone)).sorted()
        if zones.count == 1 { lines.append(CalendarLine("X-WR-TIMEZONE", text: zones[0])) }
        for zone in zones {
            if let rules = rules(zone) { lines += observances(of: zone, rules, around: now) }
        }
        for (scope, programmes) in schedules.sorted(by: { $0.key < $1.key }) {
            for programme in programmes {
                if let rules = rules(programme.start.zone) {
                    lines += events(programme, of: scope, now: now, rules: rules)
                }
            }
        }
        lines.append(CalendarLine("END", [:], "VCALENDAR"))
        return lines.map(\.folded).joined()
    }

    /// The events of one programme.
    static func events(
        _ programme: Programme, of scope: Scope, now: Timestamp, rules: TimeZoneRules
    ) -> [CalendarLine] {
        let start = programme.start
        guard let local = LocalDateTime(start.local) else { return [] }
        let texts = (start.rrule ?? "").split(separator: "\n").map(String.init)
        guard !texts.isEmpty else {
            return event(
                programme, of: scope, part: 0, local: local, rule: nil, dates: start.rdate ?? [],
                exceptions: start.exdate ?? [], now: now)
        }
        var lines: [CalendarLine] = []
        var part = 0
        for (text, shown) in texts.flatMap({ single($0, start: local) }) {
            guard let rule = try? RecurrenceRule(text) else { continue }
            let recurrence = Recurrence(start: local, zone: rules, rules: [rule])
            guard let first = recurrence.occurrences(from: .distantPast).first(where: { _ in true }) else { continue }
            let own = (start.exdate ?? []).filter { text in
                guard let exception = LocalDateTime(text) else { return false }
                let instant = rules.firstInstant(of: exception)
                return recurrence.next(after: instant.advanced(byNanoseconds: -1))?.local == exception
            }
            lines += event(
                programme, of: scope, part: part, local: first.local, rule: shown,
                dates: part == 0 ? start.rdate ?? [] : [], exceptions: own, now: now)
            part += 1
        }
        return lines
    }

    /// Rules with one time of day each, which say together what `text` does: as they are reckoned with, and as an event shows them.
    private static func single(_ text: String, start: LocalDateTime) -> [(text: String, shown: String)] {
        guard let parts = RuleParts(text, start: start) else { return [(text, text)] }
        return parts.times.map { time in
            (parts.days + ";BYHOUR=\(time.hour);BYMINUTE=\(time.minute);BYSECOND=\(time.second)", parts.days)
        }
    }

    private static func event(
        _ programme: Programme, of scope: Scope, part: Int, local: LocalDateTime, rule: String?, dates: [String],
        exceptions: [String], now: Timestamp
    ) -> [CalendarLine] {
        let zone = ["TZID": programme.start.zone]
        func basic(_ text: String) -> String { text.filter { $0 != "-" && $0 != ":" } }
        let utc = LocalDateTime(secondsSince1970: now.nanoseconds / 1_000_000_000)
        var lines = [
            CalendarLine("BEGIN", [:], "VEVENT"),
            CalendarLine("UID", text: "\(programme.id)\(part == 0 ? "" : ".\(part + 1)").\(scope)@loa"),
            CalendarLine("DTSTAMP", [:], basic(utc.description) + "Z"),
            CalendarLine("DTSTART", zone, basic(local.description)),
            CalendarLine("DURATION", [:], "PT\(max(1, Int((programme.slot ?? programme.duration).rounded(.up))))S"),
            CalendarLine("SUMMARY", text: programme.title), CalendarLine("LOCATION", text: scope.description),
            CalendarLine("CATEGORIES", text: programme.class.rawValue),
            CalendarLine("DESCRIPTION", text: programme.blocks.map(words).joined(separator: "\n")),
        ]
        if let rule { lines.append(CalendarLine("RRULE", [:], rule)) }
        if !dates.isEmpty { lines.append(CalendarLine("RDATE", zone, dates.map(basic).joined(separator: ","))) }
        if !exceptions.isEmpty {
            lines.append(CalendarLine("EXDATE", zone, exceptions.map(basic).joined(separator: ",")))
        }
        if let json = try? Wire.encode(programme) {
            lines.append(CalendarLine("X-LOA-PROGRAMME", text: String(decoding: json, as: UTF8.self)))
        }
        lines.append(CalendarLine("TRANSP", [:], "TRANSPARENT"))
        lines.append(CalendarLine("END", [:], "VEVENT"))
        return lines
    }

    private static func words(_ block: Programme.Block) -> String {
        switch block {
        case .audio(let audio): "audio \(DurationText.text(audio.duration)), sha256:\(audio.sha256)"
        case .chime(let audio): "chime \(DurationText.text(audio.duration))"
        case .relay(let url, let duration, _): "relay \(DurationText.text(duration)), \(url)"
        case .pause(let duration): "pause \(DurationText.text(duration))"
        }
    }

    // MARK: - Zones

    /// The offsets of a zone from a year before `now` to ten years after it, each from the instant at which it begins.
    private static func observances(
        of zone: String, _ rules: TimeZoneRules, around now: Timestamp
    ) -> [CalendarLine] {
        var lines = [CalendarLine("BEGIN", [:], "VTIMEZONE"), CalendarLine("TZID", [:], zone)]
        func add(_ start: String, from: Int, to: Int, isSummer: Bool) {
            let name = isSummer ? "DAYLIGHT" : "STANDARD"
            lines += [
                CalendarLine("BEGIN", [:], name), CalendarLine("DTSTART", [:], start),
                CalendarLine("TZOFFSETFROM", [:], offset(from)), CalendarLine("TZOFFSETTO", [:], offset(to)),
                CalendarLine("END", [:], name),
            ]
        }
        let first = now.nanoseconds / 1_000_000_000 - 366 * 86_400
        func seconds(_ at: Int64) -> Int { rules.secondsFromUTC(at: Timestamp(nanoseconds: at * 1_000_000_000)) }
        var held = seconds(first)
        add("19700101T000000", from: held, to: held, isSummer: false)
        for day in 1...11 * 366 {
            var (low, high) = (first + Int64(day - 1) * 86_400, first + Int64(day) * 86_400)
            let next = seconds(high)
            guard next != held else { continue }
            while high - low > 1 {
                let middle = (low + high) / 2
                if seconds(middle) == held { low = middle } else { high = middle }
            }
            let local = LocalDateTime(secondsSince1970: high + Int64(held))
            add(
                local.description.filter { $0 != "-" && $0 != ":" }, from: held, to: next, isSummer: next > held)
            held = next
        }
        lines.append(CalendarLine("END", [:], "VTIMEZONE"))
        return lines
    }

    private static func offset(_ seconds: Int) -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let size = abs(seconds)
        let rest = size % 60 == 0 ? "" : two(size % 60)
        return (seconds < 0 ? "-" : "+") + two(size / 3600) + two(size / 60 % 60) + rest
    }
}

extension TimeZoneRules {
    /// The first instant at which the clocks show a local time or have passed it.
    func firstInstant(of local: LocalDateTime) -> Timestamp {
        switch meaning(ofLocalSeconds: local.secondsSince1970) {
        case .once(let instant), .twice(let instant, _), .skipped(let instant): instant
        }
    }
}
