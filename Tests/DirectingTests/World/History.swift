import Broadcasting
import Directing
import Scheduling

/// A random life of a node: everything that can happen to it, at any moment.
struct History {
    var world: World
    var dice: Dice
    private var lists: [Scope: [Broadcast]] = [:]
    var programmes: [Scope: [Programme]] = [:]
    /// Programmes that may be put back.
    var withdrawn: [Programme] = []
    private var halts: [Scope: Halt] = [:]
    var made = 0
    private var settings: NodeSettings
    let scopes: [Scope]

    /// On a day like others; before midnight, the end of February in a leap year, and both changes of the clocks in Berlin.
    private static let starts = [
        "2026-11-21T03:00:00Z", "2026-12-31T16:40:00Z", "2028-02-28T16:40:00Z", "2026-10-25T00:30:00Z",
        "2027-03-28T00:30:00Z",
    ]

    init(seed: UInt64, keepsLog: Bool = false) {
        dice = Dice(seed: seed)
        world = World(at: dice.pick(Self.starts).flatMap { Timestamp($0) } ?? .distantPast)
        world.keepsLog = keepsLog
        world.dice = Dice(seed: ~seed)
        world.failures = 20
        world.givesBack = 20
        world.defaultContent = dice.perMille(500) ? .available : .missing
        scopes = [World.scope] + ["commune.cam-giang", "province.hai-duong"].compactMap(Scope.init)
        settings = NodeSettings(
            scopes: Array(scopes.dropFirst()),
            timeZone: dice.pick(["UTC", "Asia/Ho_Chi_Minh", "Europe/Berlin"]) ?? "UTC",
            contentAddresses: [], trustedKeys: [])
        world.set(settings)
    }

    /// Lives until about `count` events have been told, and then until all is over.
    mutating func live(events count: Int) {
        while world.eventCount < count, world.violations.isEmpty {
            act()
            // Reports may come late, but in their order.
            if dice.perMille(900) { world.deliver() }
        }
        if world.violations.isEmpty { end() }
    }

    private mutating func end() {
        if world.isStopping { world.restart() }
        world.deliver()
        world.isClockTrusted = true
        world.restoreDevice()
        halts = [:]
        for scope in scopes { publish(scope) }
        settings.limits = NodeSettings.Limits()
        world.set(settings)
        // The wall clock may stand an hour or more behind by now, so that the last broadcast is still far away.
        world.run(seconds: 20_000)
        world.checkEnd()
    }

    private mutating func act() {
        switch dice.number(0...999) {
        case 0..<550: pass()
        case 550..<590: addProgramme()
        case 590..<625: editProgramme()
        case 625..<650: pruneProgrammes()
        case 650..<710: addBroadcast()
        case 710..<735: edit()
        case 735..<750: cancel()
        case 750..<770: prune()
        case 770..<785: toggleHalt()
        case 785..<870: changeContent()
        case 870..<885: stepClock()
        case 885..<895:
            world.isClockTrusted = !world.isClockTrusted || dice.perMille(700)
            world.tell(.timer)
        case 895..<905:
            if dice.perMille(500) { world.loseDevice() } else { world.pullDevice() }
        case 905..<930:
            world.restoreDevice()
        case 930..<950: changeSettings()
        case 950..<965:
            guard let scope = dice.pick(scopes) else { break }
            if dice.perMille(500) { publish(scope) } else { publishSchedule(scope) }
        case 965..<985: die()
        case 985..<990: world.stop()
        default: world.tell(.timer)
        }
        if world.isStopping, dice.perMille(300) { world.restart() }
    }

    private mutating func pass() {
        let next = world.nextInstant
        let punctual = max(next, world.player.clock)
        let late = punctual + Int64(dice.perMille(100) ? dice.number(0...4000) : 0)
        let instant = dice.perMille(300) ? world.player.clock + Int64(dice.number(0...5000)) : late
        world.player.advance(to: min(instant, late), wallOffset: world.wallOffset)
        if dice.perMille(950) { world.deliver() }
        world.tell(.timer)
    }

    private mutating func die() {
        if dice.perMille(500) { world.tell(.timer, dies: true) }
        world.restart()
    }

    private mutating func addBroadcast() {
        made += 1
        let `class` = dice.pick(BulletinClass.allCases) ?? .normal
        let delay = dice.perMille(400) ? 0.0 : Double(dice.number(-20...60))
        let start = world.wall.advanced(bySeconds: delay)
        let audio = (0..<dice.number(1...2)).compactMap { _ in
            Samples.audio(dice.number(0...15), seconds: dice.number(1...20))
        }
        var broadcast = Broadcast(
            id: BroadcastID(unchecked: "b\(made)"), class: `class`, title: "number \(made)", audio: audio, start: start,
            expires: start.advanced(bySeconds: Double(dice.number(0...90))))
        if broadcast.class == .emergency, dice.perMille(300) { broadcast.priority = .provinceEmergency }
        if dice.perMille(300) { broadcast.over = .duck(decibels: -12) }
        broadcast.whenInterrupted = dice.pick(InterruptionPolicy.allCases) ?? .resume
        if dice.perMille(300) { broadcast.maximumDuration = Double(dice.number(1...20)) }
        if dice.perMille(250) {
            broadcast.repeat = Broadcast.Repetition(
                every: Double(dice.number(10...30)), until: start.advanced(bySeconds: Double(dice.number(10...200))))
            broadcast.expires = start.advanced(bySeconds: Double(dice.number(20...200)))
        }
        if dice.perMille(200) { broadcast.chime = Samples.audio(dice.number(0...15), seconds: 1) }
        for scope in scopes where dice.perMille(450) {
            lists[scope, default: []].append(broadcast)
            publish(scope)
        }
    }

    private mutating func edit() {
        guard let scope = dice.pick(scopes), var list = lists[scope], !list.isEmpty else { return }
        let index = dice.number(0...(list.count - 1))
        switch dice.number(0...4) {
        case 0: list[index].title += "'"
        case 1: list[index].expires = list[index].expires.advanced(bySeconds: Double(dice.number(-30...30)))
        case 2: list[index].start = list[index].start.advanced(bySeconds: Double(dice.number(-15...15)))
        case 3: list[index].audio = [Samples.audio(dice.number(0...15), seconds: dice.number(1...20))].compactMap { $0 }
        default: list[index].repeat = nil
        }
        let edited = list[index]
        for scope in scopes {
            guard let position = lists[scope]?.firstIndex(where: { $0.id == edited.id }) else { continue }
            lists[scope]?[position] = edited
            publish(scope)
        }
    }

    private mutating func cancel() {
        guard let scope = dice.pick(scopes), let broadcast = dice.pick(lists[scope] ?? []) else { return }
        for scope in scopes {
            guard let index = lists[scope]?.firstIndex(where: { $0.id == broadcast.id }) else { continue }
            lists[scope]?[index].cancelled =
                dice.perMille(800) ? Broadcast.Cancellation(at: world.wall, reason: "recalled") : nil
            publish(scope)
        }
    }

    /// Takes out what is over, and now and then what is not.
    private mutating func prune() {
        guard let scope = dice.pick(scopes) else { return }
        let wall = world.wall
        let harsh = dice.perMille(200)
        lists[scope]?.removeAll {
            $0.expires.advanced(bySeconds: 30) < wall || (harsh && $0.id.rawValue.hasSuffix("7"))
        }
        publish(scope)
    }

    private mutating func toggleHalt() {
        guard let scope = dice.pick(scopes) else { return }
        if halts.isEmpty, dice.perMille(300) {
            halts[scope] = Halt(since: world.wall, emergencies: dice.perMille(400))
            publish(scope)
        } else {
            for halted in halts.keys.sorted() {
                halts[halted] = nil
                publish(halted)
            }
        }
    }

    private mutating func publish(_ scope: Scope) {
        let skew = dice.perMille(200) ? Double(dice.number(-3...3)) : 0
        world.publish(
            lists[scope] ?? [], halt: halts[scope], to: scope, issuedAt: world.wall.advanced(bySeconds: skew))
    }

    private mutating func changeContent() {
        guard let audio = dice.pick(world.wanted) else { return }
        switch dice.number(0...9) {
        case 0: world.setContent(audio.sha256, .missing)
        case 1: world.setContent(audio.sha256, .failed(Reason(.contentCorrupt, "the hash differs")))
        default: world.setContent(audio.sha256, .available)
        }
    }

    private mutating func stepClock() {
        // The clock never falls behind the first instant by much, or the drain at the end would take for ever.
        let seconds = dice.perMille(300) ? Double(dice.number(-120...300)) : Double(dice.number(-5...5))
        world.step(seconds: seconds)
    }

    private mutating func changeSettings() {
        switch dice.number(0...4) {
        case 0: settings.scopes = Array(scopes.dropFirst()).filter { _ in dice.perMille(700) }
        case 1: settings.limits.maximumDuration = Double(dice.number(5...60))
        case 2:
            let offset = World.zone(settings.timeZone)?.secondsFromUTC(at: world.wall) ?? 0
            let minute = Int(world.wall.nanoseconds / 1_000_000_000 + Int64(offset)) / 60 % 1440
            settings.quietHours = [
                NodeSettings.QuietHours(from: Samples.clock(minute + dice.number(0...2)), to: Samples.clock(minute + 4))
            ]
        case 3:
            settings.limits = NodeSettings.Limits()
            settings.limits.sessionDuration = dice.perMille(300) ? Double(dice.number(5...30)) : nil
            settings.limits.day = UseLimit(sessions: dice.number(1...9), seconds: Double(dice.number(20...400)))
            settings.limits.week = dice.perMille(300) ? UseLimit(seconds: Double(dice.number(20...900))) : nil
            settings.limits.days = dice.perMille(200) ? DayOfWeek.allCases.filter { _ in dice.perMille(700) } : nil
        default:
            settings.quietHours = []
            settings.limits = NodeSettings.Limits()
        }
        world.set(settings)
    }
}
