import Broadcasting
import Timetabling

/// How clashes are shown to people.
enum ClashView {
    /// A line for each clash.
    static func lines(_ clashes: [Clash], zone: LocalZone) -> [String] { clashes.map { line($0, zone: zone) } }

    /// What is said where not all of the time was looked at.
    static func note(completeBefore end: Timestamp, zone: LocalZone) -> String {
        "note: programmes recur too often to look at all of the year: from \(zone.text(end)) on there may be clashes that are not named"
    }

    private static func line(_ clash: Clash, zone: LocalZone) -> String {
        func item(_ occurrence: ScheduledOccurrence) -> String {
            "\(occurrence.programme) (\(occurrence.title)) of \(occurrence.scope), \(zone.text(occurrence.start)) to \(zone.clockText(occurrence.end))"
        }
        var line = "clash: \(item(clash.first)), and \(item(clash.second))"
        if clash.count > 1 { line += "; \(clash.count) times within a year" }
        if !clash.nodes.isEmpty {
            let names = clash.nodes.prefix(8).map(\.rawValue).joined(separator: ", ")
            let more = clash.nodes.count > 8 ? " and \(clash.nodes.count - 8) more" : ""
            line += "; at \(names)\(more)"
        }
        return line.printable
    }
}
