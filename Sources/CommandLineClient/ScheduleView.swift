import Broadcasting
import ControllerAPI
import ScheduleFiles
import Scheduling
import Timetabling

/// How schedules are shown to people.
enum ScheduleView {
    /// `05:00, 17:00 FREQ=WEEKLY;BYDAY=MO,TU`: the times of a start, and its rule without them.
    static func when(_ start: Programme.Start) -> String {
        guard let text = start.rrule else {
            let more = start.rdate?.count ?? 0
            return start.local.replacing("T", with: " ") + (more > 0 ? " and \(more) more" : "")
        }
        var times: [String] = []
        var rest: [String] = []
        for line in text.split(separator: "\n") {
            guard let rule = try? RecurrenceRule(String(line)) else { return text.replacing("\n", with: " + ") }
            let local = LocalDateTime(start.local)
            let hours = rule.hours.isEmpty ? [local?.hour ?? 0] : rule.hours
            let minutes = rule.minutes.isEmpty ? [local?.minute ?? 0] : rule.minutes
            times += hours.flatMap { hour in minutes.map { "\(two(hour)):\(two($0))" } }
            let parts = line.split(separator: ";").filter { part in
                !["BYHOUR=", "BYMINUTE=", "BYSECOND="].contains { part.hasPrefix($0) }
            }
            let remaining = parts.joined(separator: ";")
            if !rest.contains(remaining) { rest.append(remaining) }
        }
        return "\(times.sorted().joined(separator: ", ")) \(rest.joined(separator: " + "))"
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// The programmes of all scopes, with the next start of each.
    static func table(_ items: [ScheduleItem], next: (Scope, Programme) -> Timestamp?, zone: LocalZone) -> TextTable {
        var table = TextTable([
            .init("SCOPE"), .init("PROGRAMME"), .init("TITLE", shrinksTo: 12), .init("CLASS"),
            .init("WHEN", shrinksTo: 20), .init("LENGTH", .right), .init("NEXT"),
        ])
        for item in items {
            for programme in item.programmes {
                table.add([
                    item.scope.description, programme.id.rawValue, programme.title, programme.class.rawValue,
                    when(programme.start), DurationText.text(programme.length),
                    next(item.scope, programme).map(zone.text) ?? "-",
                ])
            }
        }
        return table
    }

    static func table(_ occurrences: [ScheduledOccurrence], zone: LocalZone) -> TextTable {
        var table = TextTable([
            .init("START"), .init("END"), .init("LENGTH", .right), .init("SCOPE"), .init("PROGRAMME"),
            .init("TITLE", shrinksTo: 12),
        ])
        for occurrence in occurrences {
            table.add([
                zone.text(occurrence.start), zone.clockText(occurrence.end),
                DurationText.text(occurrence.end.seconds(since: occurrence.start)), occurrence.scope.description,
                occurrence.programme.rawValue, occurrence.title,
            ])
        }
        return table
    }

    /// What became of programmes.
    static func table(_ playbacks: [ProgrammePlayback], zone: LocalZone) -> TextTable {
        var table = TextTable([
            .init("DUE"), .init("NODE"), .init("PROGRAMME"), .init("TITLE", shrinksTo: 12), .init("STATE"),
            .init("HEARD", .right), .init("LATE", .right), .init("REASON", shrinksTo: 16),
        ])
        for playback in playbacks {
            let heard = playback.framesHeard.flatMap { frames in
                playback.rate.map { $0 > 0 ? DurationText.text(Double(frames) / Double($0)) : "-" }
            }
            table.add([
                playback.due.map(zone.text) ?? playback.localStart.replacing("T", with: " "), playback.node.rawValue,
                playback.programme.rawValue, playback.title ?? "",
                playback.state.rawValue + (playback.final || playback.state == .playing ? "" : " (open)"),
                heard ?? "-", playback.startError.map { "\(decimalText($0 * 1000, 1)) ms" } ?? "-",
                playback.reason.map { "\($0)" } ?? "",
            ])
        }
        return table
    }
}
