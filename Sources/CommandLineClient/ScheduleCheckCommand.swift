import ArgumentParser
import Broadcasting
import ScheduleFiles
import Timetabling

/// `loa schedule check`
struct ScheduleCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say what is wrong with a schedule file, and what clashes. Needs no network.",
        discussion: """
            All faults are told at once, as FILE:LINE:COLUMN: FIELD: what is wrong and what is allowed; the exit status is then 6. \
            Programmes of one scope that overlap within a year are a clash, as are those of two scopes that a node of the file obeys \
            both; the exit status is then 1. It is also 1 where programmes recur too often for all of the year to be looked at.

            loa schedule check schedules/commune.yaml
            """)

    @Argument(help: ArgumentHelp("The schedule file.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp("From when on to look for clashes (default: now).", valueName: "time"),
        transform: { try WrittenTime.orMidnight($0) })
    var from: WrittenTime?

    @Flag(help: "Write one JSON value to standard output.")
    var json = false

    /// What is found in a file without faults.
    struct Findings: Codable {
        /// Programmes by scope.
        var programmes: [String: Int]
        var broadcasts: Int
        var clashes: [Clash]
        /// Nil where all of the year was looked at.
        var clashesCompleteBefore: Timestamp?
    }

    /// A year, in seconds: how far ahead clashes are looked for.
    static let horizon = 366.0 * 86_400

    func run() async throws {
        let console = Console.standard
        let plan = try SchedulePlan(path: file)
        let zone = try LocalZone(plan.file.zone)
        let start = from?.resolved(now: .now, in: zone) ?? .now
        let clashes = plan.timetable.clashes(
            from: start, to: start.advanced(bySeconds: Self.horizon), nodes: plan.file.scopesOfNodes)
        if json {
            let counts = plan.programmes.map { ($0.description, $1.count) }
            try console.show(
                json: Findings(
                    programmes: Dictionary(uniqueKeysWithValues: counts), broadcasts: plan.file.broadcasts.count,
                    clashes: clashes.found, clashesCompleteBefore: clashes.completeBefore))
        } else {
            for name in plan.libraryPieces {
                console.note("note: \(name) is not looked up here: its length counts as nothing")
            }
            for note in plan.notes(plan.programmes) { console.note(note) }
            try console.show(summary(plan) + ClashView.lines(clashes.found, zone: zone))
        }
        if let end = clashes.completeBefore { console.note(ClashView.note(completeBefore: end, zone: zone)) }
        if !clashes.found.isEmpty || clashes.completeBefore != nil { throw ExitCode(1) }
    }

    private func summary(_ plan: SchedulePlan) -> [String] {
        func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
        let programmes = plan.programmes.values.reduce(0) { $0 + $1.count }
        return [
            "\(file): \(count(programmes, "programme")) in \(count(plan.programmes.count, "scope")), \(count(plan.file.broadcasts.count, "broadcast")) drawn up, \(count(plan.audio.references.count, "piece")) of audio: no fault"
        ]
    }
}
