import ArgumentParser
import Broadcasting
import ControllerAPI
import ScheduleFiles
import Timetabling
import ZoneReading

/// `loa schedule apply`
struct ScheduleApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Put a schedule file into force.",
        discussion: """
            Shows what changes and what would clash, and at a terminal asks. Then it uploads the audio that the library lacks, that of the broadcasts which \
            are drawn up in advance too, and replaces the schedule of each scope in the file; other scopes stay as they are. \
            What somebody else changed meanwhile is not overwritten.

            loa schedule apply schedules/commune.yaml --dry-run
            """)

    @Argument(help: ArgumentHelp("The schedule file.", valueName: "file"))
    var file: String

    @Flag(name: .shortAndLong, help: "Do not ask for confirmation.")
    var yes = false

    @Flag(help: "Show what would change, and change nothing.")
    var dryRun = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let plan = try SchedulePlan(path: file)
        let client = try ControllerClient(common)
        // Said before anything is uploaded or changed.
        let scopes = plan.file.schedules.filter { !$0.value.isEmpty }.keys.sorted()
        let nodes = try await client.nodes().items
        let unknown = BroadcastTargets(scopes: scopes, nodes: nodes).unknown
        guard unknown.isEmpty else {
            let names = unknown.map(\.description).joined(separator: ", ")
            throw ClientError.file("\(file): no node obeys \(names): loa nodes lists them")
        }
        let library = try await Library(plan, client)
        let wanted = plan.file.documents(audio: library.references).mapValues(\.programmes)
        var held: [Scope: ScheduleItem] = [:]
        for scope in wanted.keys { held[scope] = try await client.schedule(of: scope) }
        let differences = wanted.keys.sorted().map { scope in
            ScheduleDifference(scope, from: held[scope]?.programmes ?? [], to: wanted[scope] ?? [])
        }.filter { !$0.isEmpty }

        for note in plan.notes(wanted) { console.note(note) }
        for name in library.missing { console.note("upload \(name)".printable) }
        for line in differences.flatMap({ $0.lines(rules: plan.zones.rules) }) { console.note(line) }
        try await noteClashes(of: wanted, on: nodes, plan: plan, client: client, console: console, zone: zone)
        if differences.isEmpty, library.missing.isEmpty { console.note("Nothing changes.") }
        if dryRun {
            if common.json { try console.show(json: List<ScheduleItem>([])) }
            return
        }
        if !yes, console.canAsk, !(differences.isEmpty && library.missing.isEmpty) {
            guard console.ask("Type yes to put this into force, anything else to leave: ") == "yes" else {
                throw ClientError.declined("nothing was changed")
            }
        }
        for name in library.missing {
            guard let path = plan.audio.references[name].flatMap({ plan.audio.paths[$0.sha256] }) else { continue }
            _ = try await client.add(try LocalFile(path), console: console)
        }
        var items: [ScheduleItem] = []
        // What loses programmes goes first: a name may move from one scope to another.
        for difference in differences.sorted(by: { $0.removed.count > $1.removed.count }) {
            let scope = difference.scope
            do {
                items.append(
                    try await client.put(wanted[scope] ?? [], of: scope, version: held[scope]?.version ?? 0))
            } catch {
                for item in items { console.note("in force: \(item.scope), version \(item.version)") }
                console.note("not in force: \(scope), and what follows it")
                throw error
            }
        }
        if common.json { return try console.show(json: List(items)) }
        try console.show(
            items.map { "\($0.scope): version \($0.version), \($0.programmes.count) programmes" })
    }

    /// Says what would clash if `wanted` were in force beside what the other scopes have.
    private func noteClashes(
        of wanted: [Scope: [Programme]], on nodes: [NodeItem], plan: SchedulePlan, client: ControllerClient,
        console: Console, zone: LocalZone
    ) async throws {
        let held = Dictionary(
            uniqueKeysWithValues: try await client.schedules().items.map { ($0.scope, $0.programmes) })
        let scopes = nodes.map { ($0.id, Set($0.settings.scopes + [.node($0.id)])) }
        let clashes = Timetable(held.merging(wanted) { $1 }, rules: plan.zones.rules).clashes(
            from: .now, to: Timestamp.now.advanced(bySeconds: ScheduleCheckCommand.horizon),
            nodes: Dictionary(uniqueKeysWithValues: scopes))
        let own = clashes.found.filter { wanted[$0.first.scope] != nil || wanted[$0.second.scope] != nil }
        for line in ClashView.lines(own, zone: zone) { console.note(line) }
        if let end = clashes.completeBefore { console.note(ClashView.note(completeBefore: end, zone: zone)) }
    }

    /// What the controller's library has of a plan's audio.
    private struct Library {
        /// As the library measured it, or as this machine did where the library lacks it.
        var references: [AudioName: AudioReference] = [:]
        var missing: [AudioName] = []

        init(_ plan: SchedulePlan, _ client: ControllerClient) async throws {
            for name in plan.file.audio {
                guard let local = plan.audio.references[name] else { continue }
                do {
                    references[name] = try await client.audio(local.sha256).reference
                } catch ClientError.refused(let problem) where problem.kind == .notFound {
                    if case .library = name { throw ClientError.file("the library has no \(name): loa audio list") }
                    references[name] = local
                    missing.append(name)
                }
            }
        }
    }
}
