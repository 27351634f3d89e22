import ArgumentParser

/// `loa schedule`
struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "The timetable: programmes that nodes keep by themselves.",
        discussion: """
            A schedule file says in YAML which programmes sound in which scopes, when, and of what they are made; an editor that knows \
            schedules/schedule.schema.json completes and checks it while it is written.

            loa schedule check xa.yaml                           is it right, and does anything clash?
            loa schedule apply xa.yaml                           shows what changes, asks, uploads and puts it into force
            loa schedule expand xa.yaml --from '01/12/2026 00:00' --to '08/12/2026 00:00'
            loa schedule call lu-lut.yaml lu-khan-cap            starts a broadcast that was drawn up in advance
            loa schedule log --node cl-01                        what became of the programmes
            """,
        subcommands: [
            ScheduleShowCommand.self, ScheduleCheckCommand.self, ScheduleApplyCommand.self,
            ScheduleExpandCommand.self, ScheduleExportCommand.self, ScheduleImportCommand.self,
            ScheduleCallCommand.self, ScheduleLogCommand.self,
        ],
        defaultSubcommand: ScheduleShowCommand.self)
}
