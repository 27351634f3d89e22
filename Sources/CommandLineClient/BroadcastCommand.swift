import ArgumentParser
import Broadcasting
import ControllerAPI

/// `loa broadcast`
struct BroadcastCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broadcast", abstract: "Broadcast files or pieces of the library, now or later.",
        discussion: """
            Files are uploaded first; several pieces sound one after the other as one broadcast. A piece of the library is named by \
            its SHA-256, or by the first 8 or more digits of it.
            At a terminal, an emergency or a broadcast to \(BroadcastConfirmation.many) nodes or more is confirmed by typing a word; --yes goes without.
            A request that gets no answer is sent again with the same key, which makes no second broadcast.

            loa broadcast bao-so-3.mp3 --to commune.cam-giang --class emergency
            loa broadcast tin.mp3 --to hamlet.an-thai hamlet.an-binh --at 17:05 --expires 15m
            """)

    @Argument(help: ArgumentHelp("MP3 files, or pieces of the library.", valueName: "file-or-sha256"))
    var audio: [String]

    @OptionGroup var options: BroadcastOptions

    @Option(
        help: ArgumentHelp(
            "A word that names this request: repeated with the same word, it makes no second broadcast (default: a random one).",
            valueName: "key"),
        transform: Arguments.key)
    var idempotencyKey: String?

    @Flag(name: .shortAndLong, help: "Do not ask for confirmation.")
    var yes = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let sources = try audio.map { try AudioSource($0) }
        // Read once: 17:05 stays that of today, however long the uploads take.
        var request = try options.request(audio: [], now: .now, zone: zone)
        let client = try ControllerClient(common)
        let pieces = try await libraryPieces(sources, client)
        let title = options.title ?? pieces.first??.title ?? sources[0].name
        try await confirm(request, title: title, client, zone, console)

        for (source, piece) in zip(sources, pieces) {
            switch source {
            case .file(let file): request.audio.append(try await client.add(file, console: console).sha256)
            case .hash(let hash): request.audio.append(hash)
            case .prefix: request.audio += piece.map { [$0.sha256] } ?? []
            }
        }
        let item = try await client.broadcastInsisting(request, key: idempotencyKey, console: console)
        if common.json { return try console.show(json: item) }
        try console.show(BroadcastView.lines(item, zone: zone))
        console.note("Follow it with: loa broadcasts wait \(item.id)")
    }

    /// The library's item for each source that needs a look there.
    private func libraryPieces(_ sources: [AudioSource], _ client: ControllerClient) async throws -> [AudioItem?] {
        var pieces: [AudioItem?] = []
        for source in sources {
            switch source {
            case .file: pieces.append(nil)
            case .hash(let hash): pieces.append(try await client.audio(hash))
            case .prefix(let digits):
                pieces.append(try AudioSource.find(digits, in: try await client.audio(limit: 1000).items))
            }
        }
        return pieces
    }

    /// Refuses scopes that no node obeys, before anything is uploaded, and asks what must be asked.
    private func confirm(
        _ request: BroadcastRequest, title: String, _ client: ControllerClient, _ zone: LocalZone, _ console: Console
    ) async throws {
        let targets = BroadcastTargets(scopes: options.scopes, nodes: try await client.nodes().items)
        if let scope = targets.unknown.first {
            throw ClientError.refused(ProblemDetails(.invalid, "No node obeys \(scope): loa nodes lists them."))
        }
        guard !yes, console.canAsk else { return }
        let plan = BroadcastConfirmation.Plan(
            class: options.bulletinClass, drill: options.drill, title: title, scopes: options.scopes,
            nodes: targets.nodes.count, connected: targets.connected,
            when: request.at.map { "at \(zone.text($0)) (\(zone.name))" } ?? "at once",
            repetition: request.repeat.map { BroadcastView.repetitionText($0, zone: zone) })
        try BroadcastConfirmation(plan)?.ask(on: console)
    }
}
