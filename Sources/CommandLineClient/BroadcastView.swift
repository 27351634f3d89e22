import Broadcasting
import ControllerAPI

/// How broadcasts are shown to people.
enum BroadcastView {
    static func table(_ items: [BroadcastItem], zone: LocalZone) -> TextTable {
        var table = TextTable([
            .init("ID"), .init("CLASS"), .init("TITLE", shrinksTo: 16), .init("SCOPES", shrinksTo: 16), .init("START"),
            .init("HEARD", .right), .init("STATE", shrinksTo: 12),
        ])
        for item in items {
            let progress = item.progress
            table.add([
                item.id.rawValue, classText(item.broadcast), item.broadcast.title,
                item.scopes.map(\.description).joined(separator: " "), zone.text(item.broadcast.start),
                "\(progress[.finished])/\(progress.nodes)", stateText(item),
            ])
        }
        return table
    }

    /// A broadcast by itself.
    static func lines(_ item: BroadcastItem, zone: LocalZone) -> [String] {
        let broadcast = item.broadcast
        var facts = [
            ("broadcast", item.id.rawValue), ("title", broadcast.title), ("class", classText(broadcast)),
            ("scopes", item.scopes.map(\.description).joined(separator: ", ")),
            ("start", "\(zone.text(broadcast.start)) \(zone.name)"),
            ("not started after", zone.text(broadcast.expires)),
        ]
        if let repetition = broadcast.repeat {
            facts.append(("repeated", repetitionText(repetition, zone: zone)))
        }
        facts.append(("length", playingTimeText(broadcast.duration)))
        if let cancelled = broadcast.cancelled {
            facts.append(("recalled", "\(zone.text(cancelled.at)): \(cancelled.reason)"))
        }
        facts.append(("nodes", progressText(item.progress)))
        return factLines(facts)
    }

    /// A broadcast with what became of it on each node.
    static func lines(_ report: BroadcastReport, zone: LocalZone, width: Int?) -> [String] {
        let head = lines(report.item, zone: zone)
        guard !report.playbacks.isEmpty else { return head }
        return head + [""] + table(report.playbacks, zone: zone).lines(width: width)
    }

    static func table(_ playbacks: [Playback], zone: LocalZone) -> TextTable {
        let isRepeated = playbacks.contains { $0.occurrence > 0 }
        var columns: [TextTable.Column] = [
            .init("NODE"), .init("STATE"), .init("STARTED"), .init("START ERROR", .right),
            .init("FRAMES HEARD", .right),
            .init("FRAMES DUE", .right), .init("HEARD", .right), .init("REASON", shrinksTo: 16),
        ]
        if isRepeated { columns.insert(.init("DUE"), at: 0) }
        var table = TextTable(columns)
        for playback in playbacks {
            let cells = [
                playback.node.rawValue, stateText(playback), playback.startedAt.map(zone.text) ?? "-",
                playback.startError.map(errorText) ?? "-", playback.framesHeard.map { "\($0)" } ?? "-",
                playback.framesDue.map { "\($0)" } ?? "-", heardText(playback), reasonText(playback),
            ]
            let due = playback.due.map(zone.text) ?? "#\(playback.occurrence + 1)"
            table.add(isRepeated ? [due] + cells : cells)
        }
        return table
    }

    /// `12 nodes: 8 finished, 3 playing, 1 waiting`.
    static func progressText(_ progress: BroadcastItem.Progress) -> String {
        guard progress.nodes > 0 else { return "none obeys these scopes" }
        let known = PlaybackState.allCases.reversed().filter { progress[$0] > 0 }
        let counts = known.map { "\(progress[$0]) \($0.rawValue)" }.joined(separator: ", ")
        return "\(progress.nodes)" + (counts.isEmpty ? "" : ": \(counts)")
    }

    static func repetitionText(_ repetition: Broadcast.Repetition, zone: LocalZone) -> String {
        "every \(WrittenDuration(seconds: Int(repetition.every))) until \(zone.text(repetition.until))"
    }

    private static func classText(_ broadcast: Broadcast) -> String {
        broadcast.drill ? "\(broadcast.class.rawValue), drill" : broadcast.class.rawValue
    }

    private static func stateText(_ item: BroadcastItem) -> String {
        if item.broadcast.cancelled != nil { return "recalled" }
        if item.progress.settled { return "ended" }
        return item.progress[.playing] > 0 ? "playing" : "open"
    }

    private static func stateText(_ playback: Playback) -> String {
        playback.state == .interrupted && playback.final ? "interrupted for good" : playback.state.rawValue
    }

    /// The start error in milliseconds, with its sign.
    private static func errorText(_ seconds: Double) -> String {
        let text = decimalText(seconds * 1000, 1)
        return "\(text.hasPrefix("-") ? "" : "+")\(text) ms"
    }

    private static func heardText(_ playback: Playback) -> String {
        guard let heard = playback.framesHeard, let due = playback.framesDue, due > 0 else { return "-" }
        // 100 % is said of the whole alone.
        let percent = Double(heard) / Double(due) * 100
        return heard < due ? "\(decimalText(min(percent, 99.9), 1))%" : "100%"
    }

    private static func reasonText(_ playback: Playback) -> String {
        let reason = playback.reason?.description ?? ""
        guard playback.clockTrusted == false else { return reason }
        return reason.isEmpty ? "clock not trusted" : "\(reason); clock not trusted"
    }
}

/// Lines of `name  value`, the values below each other.
func factLines(_ facts: [(String, String)]) -> [String] {
    let width = facts.reduce(0) { max($0, $1.0.displayWidth) }
    return facts.map { name, value in
        let blanks = String(repeating: " ", count: width - name.displayWidth)
        return "\(name)\(blanks)  \(value.printable)"
    }
}
