import Broadcasting
import Rehearsing
import ScheduleFiles

/// What a rehearsal has found, as it is shown.
struct RehearsalReport: Codable {
    var node: NodeID
    var from: Timestamp
    var to: Timestamp
    var zone: String
    var quietHours: [NodeSettings.QuietHours]
    /// By the instants at which they are due.
    var cues: [Timeline.Entry]
    /// Nil where no sound was asked for.
    var recording: RehearsalRecording?

    /// A row for each cue, and one more for each time that it goes on.
    func table(zone: LocalZone) -> TextTable {
        var table = TextTable([
            .init("DUE"), .init("SOUNDS"), .init("LENGTH", .right), .init("OUTCOME"), .init("CUE", shrinksTo: 12),
            .init("TITLE", shrinksTo: 12), .init("GAIN", .right), .init("REMARK", shrinksTo: 20),
        ])
        for cue in cues {
            var rows = cue.sounds.map { span in
                (
                    "\(zone.clockText(span.from))-\(zone.clockText(span.to))",
                    DurationText.text(span.to.seconds(since: span.from))
                )
            }
            if rows.isEmpty { rows = [("-", "-")] }
            table.add([
                zone.text(cue.due), rows[0].0, rows[0].1, cue.outcome?.rawValue ?? "open", cue.cue.item, cue.title,
                cue.gain.map { "\(decimalText($0, 1)) dB" } ?? "", Self.remark(cue),
            ])
            for row in rows.dropFirst() { table.add(["", row.0, row.1]) }
        }
        return table
    }

    /// One line about all of it.
    var summary: String {
        let sounding = cues.filter { !$0.sounds.isEmpty }
        let seconds = sounding.flatMap(\.sounds).reduce(0) { sum, span in
            sum + max(0, min(span.to, to).seconds(since: max(span.from, from)))
        }
        var kinds: [String: Int] = [:]
        for cue in cues { kinds[cue.outcome?.rawValue ?? "open", default: 0] += 1 }
        let counts = kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return cues.isEmpty
            ? "\(node): nothing is due"
            : "\(node): \(cues.count) due, \(counts); \(sounding.count) sound, for \(DurationText.text(seconds))"
    }

    private static func remark(_ cue: Timeline.Entry) -> String {
        var remarks: [String] = []
        if cue.drill { remarks.append("drill") }
        if let lateness = cue.lateness {
            let lost = cue.offset.map { ", its first \(DurationText.text($0.rounded())) are not heard" } ?? ""
            remarks.append("\(DurationText.text(lateness.rounded())) late\(lost)")
        }
        if let reason = cue.reason {
            remarks.append("\(reason)")
        } else if let by = cue.by {
            remarks.append("interrupted by \(by)")
        }
        if let holder = cue.heldBy { remarks.append("\(holder.item) had the loudspeaker") }
        if let taken = cue.gains?.ceiling, taken < 0 {
            remarks.append("the ceiling takes \(decimalText(-taken, 1)) dB")
        }
        for hasFallback in [true, false] where !cue.sounds.isEmpty {
            let relays = cue.relays.filter { $0.hasFallback == hasFallback }
            guard !relays.isEmpty else { continue }
            remarks.append(
                "\(DurationText.text(relays.reduce(0) { $0 + $1.duration })) of relay: \(hasFallback ? "its fallback" : "silence") in its place"
            )
        }
        return remarks.joined(separator: "; ")
    }
}
