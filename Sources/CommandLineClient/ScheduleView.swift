import Broadcasting
import ControllerAPI
import ScheduleFiles
import Scheduling
import Timetabling

/// How schedules are shown to people.
enum ScheduleView {
    /// The programmes of all scopes, with the next start of each.
    static func table(
        _ items: [ScheduleItem], rules: (String) -> TimeZoneRules?, now: Timestamp, zone: LocalZone
    ) -> TextTable {
        var table = TextTable([
            .init("SCOPE"), .init("PROGRAMME"), .init("TITLE", shrinksTo: 12), .init("CLASS"),
            .init("WHEN", shrinksTo: 20), .init("LENGTH", .right), .init("NEXT"),
        ])
        for item in items {
            for programme in item.programmes {
                let recurrence = rules(programme.start.zone).flatMap { try? programme.start.recurrence(zone: $0) }
                table.add([
                    item.scope.description, programme.id.rawValue, programme.title, programme.class.rawValue,
                    programme.start.words(rules: rules), DurationText.text(programme.length),
                    recurrence?.next(after: now).map { zone.text($0.instant) } ?? "-",
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
