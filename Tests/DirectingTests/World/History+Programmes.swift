import Broadcasting
import Directing
import Scheduling

/// Schedules in a random life: programmes that come, change and go, in one scope or in several at once.
extension History {
    /// Where clocks are never changed, and where they are.
    private static let zones = ["Asia/Ho_Chi_Minh", "UTC", "Europe/Berlin"]

    /// What the clocks of `zone` show so many seconds from now.
    private func local(_ zone: String, in seconds: Int) -> String {
        let instant = world.wall.advanced(bySeconds: Double(seconds))
        let offset = World.zone(zone)?.secondsFromUTC(at: instant) ?? 0
        return "\(LocalDateTime(secondsSince1970: instant.nanoseconds / 1_000_000_000 + Int64(offset)))"
    }

    /// A start within the next minutes or just gone, of few occurrences: each is to be over when the history is.
    private mutating func start() -> Programme.Start {
        let zone = dice.pick(Self.zones) ?? "UTC"
        var start = Programme.Start(local: local(zone, in: dice.number(-20...90)), zone: zone)
        switch dice.number(0...5) {
        case 0, 1: start.rrule = "FREQ=MINUTELY;COUNT=\(dice.number(1...6));INTERVAL=\(dice.number(1...3))"
        case 2: start.rrule = "FREQ=HOURLY;COUNT=\(dice.number(1...4));BYSECOND=0,\(dice.number(5...59))"
        case 3: start.rdate = (0..<dice.number(1...4)).map { _ in local(zone, in: dice.number(0...300)) }
        default: break
        }
        return start
    }

    private mutating func blocks() -> [Programme.Block] {
        (0..<dice.number(1...3)).compactMap { _ -> Programme.Block? in
            let audio = Samples.audio(dice.number(0...15), seconds: dice.number(1...15))
            switch dice.number(0...7) {
            case 0: return .pause(duration: Double(dice.number(1...5)))
            case 1: return .relay(url: "http://relay", duration: Double(dice.number(2...20)), fallback: audio)
            case 2: return audio.map { .chime($0) }
            default: return audio.map { .audio($0) }
            }
        }
    }

    mutating func addProgramme() {
        made += 1
        var programme = Programme(
            id: ProgrammeID(unchecked: "p\(made)"), title: "programme \(made)",
            class: dice.perMille(150) ? .emergency : dice.perMille(300) ? .priority : .normal, start: start(),
            blocks: blocks())
        programme.grace = Double(dice.number(0...30))
        programme.whenLate = dice.pick(Programme.LatePolicy.allCases) ?? .skip
        programme.whenInterrupted = dice.pick(InterruptionPolicy.allCases) ?? .resume
        if dice.perMille(300) { programme.slot = Double(dice.number(1...40)) }
        for scope in scopes where dice.perMille(450) {
            programmes[scope, default: []].append(programme)
            publishSchedule(scope)
        }
    }

    mutating func editProgramme() {
        guard let scope = dice.pick(scopes), let list = programmes[scope], var edited = dice.pick(list) else { return }
        switch dice.number(0...7) {
        case 0: edited.title += "'"
        case 1: edited.blocks = blocks()
        case 2: edited.whenLate = dice.pick(Programme.LatePolicy.allCases) ?? .skip
        case 3: edited.slot = dice.perMille(500) ? Double(dice.number(1...40)) : nil
        case 4: edited.start.zone = dice.pick(Self.zones) ?? "UTC"
        case 5: edited.start.exdate = [local(edited.start.zone, in: dice.number(0...60)), edited.start.local]
        default: edited.start = start()
        }
        for scope in scopes {
            guard let position = programmes[scope]?.firstIndex(where: { $0.id == edited.id }) else { continue }
            programmes[scope]?[position] = edited
            publishSchedule(scope)
        }
    }

    /// Takes out a programme, or many.
    mutating func pruneProgrammes() {
        guard let scope = dice.pick(scopes), let list = programmes[scope], !list.isEmpty else { return }
        if dice.perMille(300), let one = dice.pick(list) {
            withdrawn.append(one)
            programmes[scope]?.removeAll { $0.id == one.id }
        } else if dice.perMille(100), let back = withdrawn.popLast(), !list.contains(where: { $0.id == back.id }) {
            programmes[scope]?.append(back)
        } else {
            programmes[scope] = list.suffix(6)
        }
        publishSchedule(scope)
    }

    mutating func publishSchedule(_ scope: Scope) {
        let skew = dice.perMille(200) ? Double(dice.number(-3...3)) : 0
        world.publish(
            schedule: programmes[scope] ?? [], to: scope, issuedAt: world.wall.advanced(bySeconds: skew))
    }
}
