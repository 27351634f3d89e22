import ArgumentParser
import Broadcasting
import ControllerAPI
import ScheduleFiles
import Timetabling
import ZoneReading

/// `loa schedule expand`
struct ScheduleExpandCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expand", abstract: "List what is due between two times.",
        discussion: """
            Of a file, without a network; or of the schedules in force, by --scope or --node. Where more is due than is listed at \
            once, the list ends early, a note says where, and the exit status is 1.

            loa schedule expand schedules/commune.yaml --from 24/12/2026 --to 27/12/2026
            loa schedule expand --node cl-01 --json
            """)

    @Argument(help: ArgumentHelp("A schedule file.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("Only this scope.", valueName: "scope"), transform: Arguments.scope)
    var scope: Scope?

    @Option(help: ArgumentHelp("What this node obeys.", valueName: "id"), transform: Arguments.node)
    var node: NodeID?

    @Option(
        help: ArgumentHelp("The first instant (default: now).", valueName: "time"),
        transform: { try WrittenTime.orMidnight($0) })
    var from: WrittenTime?

    @Option(
        help: ArgumentHelp(
            "What is due at or after it is left out (default: a week after the first).", valueName: "time"),
        transform: { try WrittenTime.orMidnight($0) })
    var to: WrittenTime?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard file != nil || scope != nil || node != nil else {
            throw ValidationError("say of what: a FILE, --scope SCOPE or --node ID")
        }
    }

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let start = from?.resolved(now: .now, in: zone) ?? .now
        let end = to?.resolved(now: start, in: zone) ?? start.advanced(bySeconds: 7 * 86_400)
        guard start < end else {
            throw ClientError.usage("--to \(zone.text(end)) is not after --from \(zone.text(start)) (\(zone.name))")
        }
        let due = try await occurrences(from: start, to: end)
        if common.json {
            try console.show(json: List(due.occurrences))
        } else {
            try console.show(ScheduleView.table(due.occurrences, zone: zone).lines(width: console.outputWidth))
        }
        guard let end = due.completeBefore else { return }
        console.note(
            "not complete: only what is due before \(zone.text(end)) is listed, since more is due than is shown at once. Give a time nearer to --from with --to"
        )
        throw ExitCode(1)
    }

    private func occurrences(from: Timestamp, to: Timestamp) async throws -> Timetable.Due {
        if let file {
            let plan = try SchedulePlan(path: file)
            var scopes = scope.map { Set([$0]) }
            if let node {
                guard let known = plan.file.scopesOfNodes[node] else {
                    throw ClientError.usage("\(file) has no node \(node): give its scopes under nodes")
                }
                scopes = scopes.map { $0.intersection(known) } ?? known
            }
            return plan.timetable.occurrences(from: from, to: to, scopes: scopes)
        }
        let client = try ControllerClient(common)
        if let node {
            let schedule = try await client.schedule(of: node, from: from, to: to)
            return Timetable.Due(
                occurrences: schedule.occurrences.filter { scope == nil || $0.scope == scope },
                completeBefore: schedule.completeBefore)
        }
        guard let scope else { return Timetable.Due(occurrences: []) }
        let item = try await client.schedule(of: scope)
        return Timetable([scope: item.programmes], rules: ZoneDatabase().rules).occurrences(from: from, to: to)
    }
}
