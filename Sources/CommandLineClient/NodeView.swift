import Broadcasting
import ControllerAPI
import ScheduleFiles

/// How nodes are shown to people.
enum NodeView {
    static func table(_ items: [NodeItem], zone: LocalZone, now: Timestamp) -> TextTable {
        var table = TextTable([
            .init("NODE"), .init("TITLE", shrinksTo: 12), .init("STATE"), .init("PLAYING", shrinksTo: 12),
            .init("VOLUME", .right), .init("CLOCK"), .init("LAST SEEN"), .init("LOOK AT", shrinksTo: 16),
        ])
        for item in items {
            table.add([
                item.id.rawValue, item.settings.title ?? "", item.state.rawValue, playing(item),
                item.health.map { "\(decimalText($0.volume, 1)) dB" } ?? "-",
                item.health.map { clock($0.clock) } ?? "-",
                item.lastHeard.map { zone.shortText($0, now: now) } ?? "never", concerns(item).joined(separator: "; "),
            ])
        }
        return table
    }

    static func lines(_ item: NodeItem, zone: LocalZone) -> [String] {
        let settings = item.settings
        var facts = [
            ("node", item.id.rawValue), ("title", settings.title ?? "-"), ("state", item.state.rawValue),
            ("scopes", ([Scope.node(item.id)] + settings.scopes).map(\.description).joined(separator: ", ")),
            ("halted", item.halted.isEmpty ? "no" : item.halted.map(\.description).joined(separator: ", ")),
            ("last seen", item.lastHeard.map { "\(zone.text($0)) \(zone.name)" } ?? "never"),
            ("added", zone.text(item.addedAt)), ("its time zone", settings.timeZone),
            ("volumes", volumes(settings.volumes)),
            (
                "quiet hours",
                settings.quietHours.isEmpty
                    ? "none" : settings.quietHours.map { "\($0.from)-\($0.to)" }.joined(separator: ", ")
            ),
        ]
        facts.append(("limits", limits(settings.limits)))
        if let test = settings.selfTest {
            facts.append(("self-test", "daily from \(test.at) on, at \(decimalText(test.level, 1)) dBFS"))
        }
        if let health = item.health { facts += healthFacts(health, zone: zone) }
        return factLines(facts)
    }

    private static func healthFacts(_ health: Health, zone: LocalZone) -> [(String, String)] {
        let storage = health.storage
        var facts = [
            ("", ""), ("health of", zone.text(health.at)),
            ("version", "\(health.version), up \(WrittenDuration(seconds: Int(max(0, min(health.uptime, 1e9)))))"),
            (
                "playing",
                health.playing.isEmpty
                    ? "nothing" : health.playing.map { "\($0.title) (\($0.state))" }.joined(separator: ", ")
            ),
            ("volume", "\(decimalText(health.volume, 1)) dB"),
            ("device", device(health.device)), ("levels", levels(health.device.levels)),
            ("clock", clock(health.clock)),
            ("content", "\(health.content.held) held, \(health.content.missing) missing"),
            ("journal", "\(health.journalDepth) records not yet receipted"),
            ("storage", "\(byteText(storage.free)) free of \(byteText(storage.total))"),
            ("memory", byteText(health.memory)),
        ]
        if let temperature = health.temperature { facts.append(("temperature", "\(decimalText(temperature, 0)) °C")) }
        if let undervoltage = health.undervoltage { facts.append(("supply", undervoltage ? "UNDERVOLTAGE" : "good")) }
        if let test = health.selfTest { facts.append(("self-test", selfTest(test, zone: zone))) }
        for fault in health.faults { facts.append(("FAULT", "\(fault.part): \(fault.text)")) }
        return facts
    }

    private static func levels(_ levels: Health.Levels?) -> String {
        guard let levels else { return "-" }
        return "peak \(decimalText(levels.peak, 1)) dBFS, RMS \(decimalText(levels.rms, 1)) dBFS, "
            + "\(decimalText(levels.loudness, 1)) LUFS over the last 3 s"
    }

    private static func device(_ device: Health.Device) -> String {
        // What was never opened has no rate, and nobody knows yet what it can.
        let buffer = device.canRewind || device.rate == 0 ? "" : ", SHORT BUFFER: it cannot take sound back"
        let suspensions = device.suspensions.flatMap { $0 > 0 ? ", \($0) suspensions" : nil } ?? ""
        let gaps = device.voiceUnderruns.flatMap { $0 > 0 ? ", \($0) playbacks with gaps" : nil } ?? ""
        let card = device.cardVolume.map { ", card at \(decimalText($0, 1)) dB" } ?? ""
        return "\(device.name), \(device.state), \(device.rate) Hz, \(device.channels) channels, \(device.format), "
            + "\(device.xruns) xruns\(suspensions)\(gaps)\(card)\(buffer)"
    }

    private static func volumes(_ volumes: NodeSettings.Volumes) -> String {
        let night = volumes.night.map { "; \($0.from)-\($0.to) \(decimalText($0.volume, 1)) dB" } ?? ""
        return "\(decimalText(volumes.normal, 1)) dB\(night), ceiling \(decimalText(volumes.ceiling, 1)) dB, "
            + "emergency \(decimalText(volumes.emergency, 1)) dB"
    }

    private static func limits(_ limits: NodeSettings.Limits) -> String {
        func use(_ limit: UseLimit?, _ time: String) -> [String] {
            [limit?.sessions.map { "\($0) sessions" }, limit?.seconds.map { DurationText.text($0) }]
                .compactMap(\.self).map { "\($0) a \(time)" }
        }
        var texts = limits.sessionDuration.map { ["\(DurationText.text($0)) a session"] } ?? []
        texts += use(limits.day, "day") + use(limits.week, "week")
        if let days = limits.days { texts.append("on \(DayOfWeek.written(days))") }
        texts.append("an emergency \(DurationText.text(limits.maximumDuration))")
        return texts.joined(separator: ", ")
    }

    private static func selfTest(_ result: SelfTestResult, zone: LocalZone) -> String {
        let what =
            switch result.heard {
            case true: "heard"
            case false: "NOT HEARD"
            case nil: result.error == nil ? "played, nobody listened" : "not made"
            }
        let level = result.level.map { ", \(decimalText($0, 1)) dBFS" } ?? ""
        let delay = result.delay.map { ", \(decimalText($0 * 1000, 1)) ms" } ?? ""
        return "\(what)\(level)\(delay), \(zone.text(result.at))" + (result.error.map { ": \($0)" } ?? "")
    }

    private static func playing(_ item: NodeItem) -> String {
        guard let health = item.health, item.state != .lost, item.state != .stopped else { return "" }
        return health.playing.map { $0.state == "playing" ? $0.title : "\($0.title) (\($0.state))" }.joined(
            separator: ", ")
    }

    private static func clock(_ clock: Health.ClockState) -> String {
        guard clock.trusted else { return "NOT TRUSTED" }
        guard clock.synchronised else { return "trusted, not synchronised" }
        return clock.estimatedError.map { "±\(decimalText($0 * 1000, 1)) ms" } ?? "synchronised"
    }

    private static func concerns(_ item: NodeItem) -> [String] {
        item.halted.map { "halted: \($0)" } + (item.health?.faults ?? []).map { "\($0.part): \($0.text)" }
    }
}
