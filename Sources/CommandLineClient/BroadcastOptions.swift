import ArgumentParser
import Broadcasting
import ControllerAPI

/// When, where and how a broadcast sounds, as the arguments say it.
struct BroadcastOptions: ParsableArguments {
    @Option(
        name: .customLong("to"), parsing: .upToNextOption,
        help: ArgumentHelp("Where it sounds; one scope or several.", valueName: "scope"),
        transform: Arguments.scopeAfterFiles)
    var scopes: [Scope]

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp("normal, priority or emergency (default: normal).", valueName: "class"),
        transform: Arguments.bulletinClass)
    var bulletinClass = BulletinClass.normal

    @Option(
        help: ArgumentHelp("When it is due (default: at once).", valueName: "time"), transform: { try WrittenTime($0) })
    var at: WrittenTime?

    @Option(
        help: ArgumentHelp(
            "How long after it is due it may still be started (default: the controller's, an hour).",
            valueName: "duration"),
        transform: { try WrittenDuration($0) })
    var expires: WrittenDuration?

    @Option(
        help: ArgumentHelp("Sound it again each so long; needs --until.", valueName: "duration"),
        transform: { try WrittenDuration($0) })
    var repeatEvery: WrittenDuration?

    @Option(
        help: ArgumentHelp(
            "No repetition is due at or after this time; 08:00 is the next one after the start.", valueName: "time"),
        transform: { try WrittenTime($0) })
    var until: WrittenTime?

    @Option(
        help: ArgumentHelp(
            "What it does to what it covers: interrupt, duck (-12 dB) or duck:DB (default: interrupt).",
            valueName: "covering"),
        transform: Arguments.covering)
    var over: Covering?

    @Flag(help: "It is a drill (diễn tập): sounds as its class does, and is told apart everywhere.")
    var drill = false

    @Option(help: ArgumentHelp("Its title (default: that of the first audio).", valueName: "title"))
    var title: String?

    func validate() throws {
        guard (repeatEvery == nil) == (until == nil) else {
            throw ValidationError("--repeat-every and --until go together: give both or neither")
        }
        if let repeatEvery, repeatEvery.seconds < 10 { throw ValidationError("--repeat-every is at least 10s") }
    }

    /// The request for `audio`, its times in `zone` by a clock that shows `now`.
    ///
    /// - Throws: `ClientError.usage`.
    func request(audio: [ContentHash], now: Timestamp, zone: LocalZone) throws -> BroadcastRequest {
        var request = BroadcastRequest(audio: audio, scopes: scopes, class: bulletinClass)
        request.title = title
        request.at = at?.resolved(now: now, in: zone)
        request.expires = expires.map { Double($0.seconds) }
        request.over = over
        request.drill = drill ? true : nil
        if let at = request.at, at.seconds(since: now) < -60 {
            throw ClientError.usage(
                "--at \(zone.text(at)) (\(zone.name)) is over: this machine's clock shows \(zone.text(now))")
        }
        if let repeatEvery, let until {
            let start = request.at ?? now
            let end = until.resolved(now: start, in: zone)
            guard end > start else {
                throw ClientError.usage(
                    "--until \(zone.text(end)) is not after the start, \(zone.text(start)) (\(zone.name))")
            }
            request.repeat = .init(every: Double(repeatEvery.seconds), until: end)
        }
        return request
    }
}
