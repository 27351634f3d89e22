import Broadcasting

/// Values that several suites use.
enum Samples {
    /// Audio number `number` of so many seconds.
    static func audio(_ number: Int, seconds: Int) -> AudioReference? {
        let digits = String(number, radix: 16)
        let name = String(repeating: "0", count: 64 - digits.utf8.count) + digits
        return ContentHash(name).map { AudioReference(sha256: $0, bytes: 1000, duration: Double(seconds), gain: 0) }
    }

    /// A minute of the day as `HH:mm`.
    static func clock(_ minute: Int) -> String {
        let (hour, rest) = (minute % 1440).quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension Samples {
    /// A broadcast of one file of `seconds`, due `after` seconds from the world's now, that may be started for ten minutes.
    static func broadcast(
        _ id: String, _ class: BulletinClass = .normal, in world: World, after: Double = 0, seconds: Int = 10
    ) -> Broadcast {
        let start = world.wall.advanced(bySeconds: after)
        let number = id.utf8.reduce(0) { ($0 * 31 + Int($1)) % 100_000 }
        return Broadcast(
            id: BroadcastID(unchecked: id), class: `class`, title: "title of \(id)",
            audio: [audio(number, seconds: seconds)].compactMap { $0 }, start: start,
            expires: start.advanced(bySeconds: 600))
    }

    static func cue(_ id: String, _ number: Int = 0) -> CueID {
        CueID(broadcast: BroadcastID(unchecked: id), number: number)
    }
}

extension World {
    /// The playback records of a cue, in order.
    func story(_ cue: CueID) -> [PlaybackEvent] {
        records.compactMap { if case .playback(let event) = $0, event.cue == cue { event } else { nil } }
    }

    func kinds(_ cue: CueID) -> [PlaybackEvent.Kind] { story(cue).map(\.kind) }

    /// How a cue ended, and why.
    func end(_ cue: CueID) -> End? { terminal[cue].map { End(kind: $0.kind, code: $0.reason?.code) } }

    struct End: Equatable {
        var kind: PlaybackEvent.Kind
        var code: ReasonCode?
    }

    /// What sounds, by cue, with its gain in dB.
    var heardNow: [CueID: Double] { player.voices.filter { $0.value.state == .playing }.mapValues(\.gain) }

    var settingsOfDefault: NodeSettings {
        NodeSettings(
            scopes: ["commune.cam-giang"].compactMap(Scope.init), timeZone: "Asia/Ho_Chi_Minh", contentAddresses: [],
            trustedKeys: [])
    }
}

extension World.End {
    static let finished = World.End(kind: .finished, code: nil)
}

extension Samples {
    /// A programme of one file of `seconds` at a local time of the world's day (it begins at 10:00 in Ho Chi Minh City), daily.
    static func programme(_ id: String, at time: String = "10:01:00", seconds: Int = 60, rrule: String? = "FREQ=DAILY")
        -> Programme
    {
        let number = id.utf8.reduce(7) { ($0 * 31 + Int($1)) % 100_000 }
        let local = time.contains("T") ? time : "2026-11-21T\(time)"
        return Programme(
            id: ProgrammeID(unchecked: id), title: "title of \(id)", class: .normal,
            start: Programme.Start(local: local, zone: "Asia/Ho_Chi_Minh", rrule: rrule),
            blocks: [audio(number, seconds: seconds)].compactMap { $0 }.map { .audio($0) })
    }

    /// The cue of a programme on a day of November 2026, or at a whole local time.
    static func occurrence(_ id: String, at time: String = "10:01:00", day: Int = 21) -> CueID {
        let local = time.contains("T") ? time : "2026-11-\(day)T\(time)"
        return CueID(programme: ProgrammeID(unchecked: id), localStart: local, fold: 0)
    }
}
