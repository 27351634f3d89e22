import ArgumentParser
import Broadcasting
import ControllerAPI
import ScheduleFiles

/// `loa schedule call`
struct ScheduleCallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Start a broadcast that a schedule file has drawn up in advance.",
        discussion: """
            It sounds at once and, where the file says every, again until it is called off with loa broadcasts cancel, or until the \
            time is over that the file gives with for (a day where it gives none, 31 days at the most). The file and the audio that \
            this broadcast names must be on this machine, also where the library has the audio. \
            At a terminal it is confirmed as every broadcast is; --yes goes without. Without a NAME, the broadcasts of the file are listed.

            loa schedule call schedules/flood-plan.yaml lu-khan-cap
            loa schedule call schedules/flood-plan.yaml lu-khan-cap --for 6h --drill
            """)

    @Argument(help: ArgumentHelp("The schedule file.", valueName: "file"))
    var file: String

    @Argument(help: ArgumentHelp("The broadcast's name in the file.", valueName: "name"))
    var name: String?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long it is repeated at the most (default: as the file says).", valueName: "duration"),
        transform: { try WrittenDuration($0) })
    var lasting: WrittenDuration?

    @Flag(help: "It is a drill (diễn tập), whatever the file says.")
    var drill = false

    @Flag(name: .shortAndLong, help: "Do not ask for confirmation.")
    var yes = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let plan = try SchedulePlan(path: file, broadcast: name ?? "")
        guard let draft = plan.file.broadcasts.first(where: { $0.name == name }) else {
            let list = plan.file.broadcasts.map { "  \($0.name)  \($0.title)".printable }.joined(separator: "\n")
            throw ClientError.usage(
                "\(name.map { "\(file) has no broadcast '\($0)'" } ?? "say which broadcast of \(file)")\(list.isEmpty ? "; it has none" : ":\n\(list)")"
            )
        }
        let client = try ControllerClient(common)
        let targets = BroadcastTargets(scopes: draft.scopes, nodes: try await client.nodes().items)
        if let scope = targets.unknown.first {
            throw ClientError.refused(ProblemDetails(.invalid, "No node obeys \(scope): loa nodes lists them."))
        }
        var request = BroadcastRequest(audio: [], scopes: draft.scopes, class: draft.class)
        request.title = draft.title
        request.volume = draft.volume
        request.drill = draft.drill || drill ? true : nil
        let repetition = draft.every.map { every in
            Broadcast.Repetition(
                every: every,
                until: Timestamp.now.advanced(bySeconds: lasting.map { Double($0.seconds) } ?? draft.lasting))
        }
        if !yes, console.canAsk {
            let question = BroadcastConfirmation.Plan(
                class: draft.class, drill: draft.drill || drill, title: draft.title, scopes: draft.scopes,
                nodes: targets.nodes.count, connected: targets.connected, when: "at once",
                repetition: repetition.map { BroadcastView.repetitionText($0, zone: zone) })
            try BroadcastConfirmation(question)?.ask(on: console)
        }
        request.repeat = repetition
        request.audio = try await draft.audio.asyncMap { try await piece($0, plan, client, console) }
        if let chime = draft.chime { request.chime = try await piece(chime, plan, client, console) }
        let item = try await client.broadcastInsisting(request, console: console)
        if common.json { return try console.show(json: item) }
        try console.show(BroadcastView.lines(item, zone: zone))
        console.note("Follow it with: loa broadcasts wait \(item.id)")
        console.note("Call it off with: loa broadcasts cancel \(item.id) --reason '…'")
    }

    /// The piece of the library, uploaded where it lacks.
    private func piece(
        _ name: AudioName, _ plan: SchedulePlan, _ client: ControllerClient, _ console: Console
    ) async throws -> ContentHash {
        guard let local = plan.audio.references[name] else { throw ClientError.file("\(name) cannot be read") }
        do {
            return try await client.audio(local.sha256).sha256
        } catch ClientError.refused(let problem) where problem.kind == .notFound {
            guard let path = plan.audio.paths[local.sha256] else {
                throw ClientError.file("the library has no \(name): loa audio list")
            }
            return try await client.add(try LocalFile(path), console: console).sha256
        }
    }
}

extension Sequence {
    /// One after the other.
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
