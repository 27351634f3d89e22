import ArgumentParser
import Broadcasting
import ControllerAPI
import ScheduleFiles
import ZoneReading

/// `loa schedule export`
struct ScheduleExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write schedules as iCalendar, for calendar programs and telephones.",
        discussion: """
            Of a file, without a network; or of the schedules in force: all of them, or that of --scope.

            loa schedule export schedules/commune.yaml --ics > xa.ics
            loa schedule export --scope commune.cam-giang --ics > xa.ics
            """)

    @Argument(help: ArgumentHelp("A schedule file.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("Only this scope.", valueName: "scope"), transform: Arguments.scope)
    var scope: Scope?

    @Flag(help: "As iCalendar (RFC 5545), which is the one form that there is.")
    var ics = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        var title: String?
        var schedules: [Scope: [Programme]]
        if let file {
            let plan = try SchedulePlan(path: file)
            title = plan.file.title
            schedules = plan.programmes
        } else {
            let client = try ControllerClient(common)
            let items =
                if let scope { [try await client.schedule(of: scope)] } else { try await client.schedules().items }
            schedules = Dictionary(items.map { ($0.scope, $0.programmes) }, uniquingKeysWith: { first, _ in first })
        }
        if let scope { schedules = schedules.filter { $0.key == scope } }
        let text = CalendarExport.text(schedules, title: title, now: .now, rules: ZoneDatabase().rules)
        try Console.standard.show(String(text.dropLast()) + "\r")
    }
}
