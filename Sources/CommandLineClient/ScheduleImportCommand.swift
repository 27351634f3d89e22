import ArgumentParser
import Broadcasting
import Foundation
import ScheduleFiles
import ZoneReading

/// `loa schedule import`
struct ScheduleImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a schedule file of an iCalendar file. Needs no network.",
        discussion: """
            Each event becomes a programme with the times of the event; what sounds is a file named after its title, for you to change. \
            Events of whole days become a calendar of dates. Events that loa schedule export wrote keep their blocks. An event whose place \
            is a scope, as hamlet.an-thai, sounds there; the others where --scope says.

            loa schedule import lich.ics --scope commune.cam-giang > xa.yaml
            """)

    @Argument(help: ArgumentHelp("The iCalendar file (.ics).", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp("Where programmes sound whose events name no scope as their place.", valueName: "scope"),
        transform: Arguments.scope)
    var scope: Scope

    @Option(help: ArgumentHelp("The zone of the schedule (default: the calendar's).", valueName: "zone"))
    var zone: String?

    func run() async throws {
        let bytes = try LocalFile(file).bytes(atMost: 16 << 20)
        let zones = ZoneDatabase()
        if let zone, zones.rules(zone) == nil {
            throw ClientError.usage(
                "'\(zone)' is no time zone: write a name of the tz database, as \(LocalZone.standard)")
        }
        let made: CalendarImport
        do throws(CalendarImport.Failure) {
            made = try CalendarImport(bytes, scope: scope, zone: zone, rules: zones.rules)
        } catch {
            throw ClientError.file("\(file): \(error)")
        }
        for note in made.notes { Console.standard.note("note: \(note)".printable) }
        try Console.standard.show(String(made.text.dropLast()))
    }
}
