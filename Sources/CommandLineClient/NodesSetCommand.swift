import ArgumentParser
import Broadcasting
import ControllerAPI
import ScheduleFiles

/// `loa nodes set`
struct NodesSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change what a node was told: its scopes, volumes, quiet hours and limits.",
        discussion: """
            What no option names stays as it is. The node obeys as soon as it is connected. Emergencies heed neither quiet hours nor the \
            limits of sessions, days and weeks.

            loa nodes set ht-01 --quiet-hours 20:00-06:30 --session 15m --day-sessions 2 --days weekdays
            loa nodes set cl-01 --volume -3 --night 20:00-06:00 --night-volume -12 --ceiling 0
            loa nodes set cl-01 --quiet-hours none --session none
            """)

    @Argument(help: ArgumentHelp("The node's id.", valueName: "id"), transform: Arguments.node)
    var id: NodeID

    @Option(help: ArgumentHelp("Its title, as people call the place.", valueName: "title"))
    var title: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("All the scopes that it obeys beside its own.", valueName: "scope"),
        transform: Arguments.scope)
    var scopes: [Scope] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Local hours in which only an emergency sounds, as 21:00-05:00; or none.", valueName: "hours"))
    var quietHours: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Volume in dB, -60 to 20.", valueName: "dB"))
    var volume: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What nothing but an emergency is louder than, in dB.", valueName: "dB"))
    var ceiling: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Volume of emergencies in dB.", valueName: "dB"))
    var emergencyVolume: Double?

    @Option(help: ArgumentHelp("Local hours with a volume of their own, as 20:00-06:00; or none.", valueName: "hours"))
    var night: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("That volume in dB.", valueName: "dB"))
    var nightVolume: Double?

    @Option(help: ArgumentHelp("How long a programme or broadcast may sound, as 15m; or none.", valueName: "duration"))
    var session: String?

    @Option(help: ArgumentHelp("How many may begin in a day; or none.", valueName: "count"))
    var daySessions: String?

    @Option(help: ArgumentHelp("How much may sound in a day, as 30m; or none.", valueName: "duration"))
    var dayTime: String?

    @Option(help: ArgumentHelp("How many may begin in a week; or none.", valueName: "count"))
    var weekSessions: String?

    @Option(help: ArgumentHelp("How much may sound in a week, as 3h; or none.", valueName: "duration"))
    var weekTime: String?

    @Option(help: ArgumentHelp("The days on which any may begin, as weekdays, mon-sat or daily.", valueName: "days"))
    var days: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let console = Console.standard
        let zone = try common.localZone()
        let client = try ControllerClient(common)
        let change = try change(of: try await client.node(id).settings)
        guard change != NodeChange() else { throw ClientError.usage("nothing is to change: loa nodes set --help") }
        let node = try await client.change(id, change)
        if common.json { return try console.show(json: node) }
        try console.show(NodeView.lines(node, zone: zone))
    }

    /// What the options make of `settings`.
    func change(of settings: NodeSettings) throws -> NodeChange {
        var change = NodeChange()
        change.title = title
        if !scopes.isEmpty { change.scopes = scopes }
        if !quietHours.isEmpty {
            change.quietHours = quietHours == ["none"] ? [] : try quietHours.map { try Self.hours($0, "--quiet-hours") }
        }
        change.volumes = try volumes(settings.volumes)
        let held = settings.limits
        var limits = NodeLimits(
            sessionDuration: held.sessionDuration, day: held.day, week: held.week, days: held.days)
        if let session { limits.sessionDuration = try Self.seconds(session) }
        limits.day = try Self.limit(limits.day, sessions: daySessions, time: dayTime)
        limits.week = try Self.limit(limits.week, sessions: weekSessions, time: weekTime)
        if let days {
            guard let named = DayOfWeek.named(days) else {
                throw ClientError.usage("--days '\(days)' is not \(DayOfWeek.writtenForm)")
            }
            limits.days = named.count == 7 ? nil : named
        }
        let isLimited = [session, daySessions, dayTime, weekSessions, weekTime, days].contains { $0 != nil }
        if isLimited { change.limits = limits }
        return change
    }

    private func volumes(_ held: NodeSettings.Volumes) throws -> NodeSettings.Volumes? {
        var volumes = held
        if let volume { volumes.normal = volume }
        if let ceiling { volumes.ceiling = ceiling }
        if let emergencyVolume { volumes.emergency = emergencyVolume }
        switch night {
        case "none": volumes.night = nil
        case let night?:
            let hours = try Self.hours(night, "--night")
            guard let level = nightVolume ?? held.night?.volume else {
                throw ClientError.usage("--night goes with --night-volume: write how loud the night is, in dB")
            }
            volumes.night = NodeSettings.Night(from: hours.from, to: hours.to, volume: level)
        case nil:
            guard let nightVolume else { break }
            guard let held = held.night else {
                throw ClientError.usage("--night-volume goes with --night: write its hours, as 20:00-06:00")
            }
            volumes.night = NodeSettings.Night(from: held.from, to: held.to, volume: nightVolume)
        }
        return volumes == held ? nil : volumes
    }

    private static func limit(_ held: UseLimit?, sessions: String?, time: String?) throws -> UseLimit? {
        var limit = held ?? UseLimit()
        if let sessions {
            guard sessions == "none" || Int(sessions).map({ $0 >= 0 }) ?? false else {
                throw ClientError.usage("'\(sessions)' is no count of sessions: write a number, or none")
            }
            limit.sessions = Int(sessions)
        }
        if let time { limit.seconds = try seconds(time) }
        return limit == UseLimit() ? nil : limit
    }

    private static func seconds(_ text: String) throws -> Double? {
        text == "none" ? nil : Double(try WrittenDuration(text).seconds)
    }

    private static func hours(_ text: String, _ option: String) throws -> NodeSettings.QuietHours {
        guard let hours = NodeSettings.QuietHours(written: text) else {
            throw ClientError.usage("\(option) '\(text)' is no range of hours: write 21:00-05:00, or none")
        }
        return hours
    }
}
