import ArgumentParser
import Broadcasting
import ControllerAPI
import Scheduling
import Timetabling
import ZoneReading

/// `loa schedule show`
struct ScheduleShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the programmes that are in force.",
        discussion: """
            With --scope also the version, who made it, and what it clashes with.

            loa schedule show --scope commune.cam-giang
            """)

    @Option(help: ArgumentHelp("Only this scope.", valueName: "scope"), transform: Arguments.scope)
    var scope: Scope?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let client = try ControllerClient(common)
        let items: [ScheduleItem]
        if let scope {
            let item = try await client.schedule(of: scope)
            if common.json { return try console.show(json: item) }
            items = [item]
        } else {
            let list = try await client.schedules()
            if common.json { return try console.show(json: list) }
            items = list.items
        }
        let table = ScheduleView.table(items, rules: ZoneDatabase().rules, now: .now, zone: zone)
        var lines = table.lines(width: console.outputWidth)
        if scope != nil, let item = items.first {
            if let changed = item.changedAt {
                lines.append("version \(item.version), \(zone.text(changed)), by \(item.changedBy ?? "-")".printable)
            }
            lines += ClashView.lines(item.clashes, zone: zone)
            if let end = item.clashesCompleteBefore { lines.append(ClashView.note(completeBefore: end, zone: zone)) }
        }
        try console.show(lines)
    }
}
