import Broadcasting
import Directing
import Testing

/// Maximum durations, quiet hours, volumes and halts.
@Suite struct LimitTests {
    @Test(arguments: [(4.0, 7200.0, 5.0), (60, 6, 7), (3, 6, 4)])
    func `a cue sounds no longer than its own maximum and the node's`(own: Double, node: Double, heard: Double) {
        var world = World()
        var settings = world.settingsOfDefault
        settings.limits.maximumDuration = node
        world.set(settings)
        var broadcast = Samples.broadcast("a", .emergency, in: world, seconds: 30)
        broadcast.maximumDuration = own
        world.publish([broadcast])
        world.run(seconds: 40)
        #expect(world.end(Samples.cue("a")) == .init(kind: .stopped, code: .maximumDuration))
        #expect(world.terminal[Samples.cue("a")]?.framesHeard == Int64(heard * 1000))
    }

    @Test func `interruptions do not count towards the maximum`() {
        var world = World()
        var first = Samples.broadcast("a", in: world)
        first.maximumDuration = 10
        world.publish([first])
        world.run(seconds: 5)
        world.publish([first, Samples.broadcast("e", .emergency, in: world, seconds: 60)])
        world.run(seconds: 80)
        #expect(world.end(Samples.cue("a")) == .finished)
    }

    @Test func `a clock step does not count towards the maximum`() {
        var world = World()
        world.publish([Samples.broadcast("a", in: world)])
        world.run(seconds: 5)
        world.step(seconds: 500)
        world.run(seconds: 10)
        #expect(world.end(Samples.cue("a")) == .finished)
    }

    @Test func `a limit that is none silences nothing`() {
        var world = World()
        var settings = world.settingsOfDefault
        settings.limits.maximumDuration = -1
        world.set(settings)
        world.publish([Samples.broadcast("a", in: world)])
        world.run(seconds: 20)
        #expect(world.end(Samples.cue("a")) == .finished)
    }

    // MARK: - Quiet hours. The world begins at 10:00 in Ho Chi Minh City.

    private static func quiet(_ from: String, _ to: String) -> World {
        var world = World()
        var settings = world.settingsOfDefault
        settings.quietHours = [NodeSettings.QuietHours(from: from, to: to)]
        world.set(settings)
        return world
    }

    @Test(arguments: [
        ("09:00", "11:00", true), ("10:00", "10:01", true), ("09:00", "10:00", false), ("22:00", "10:01", true),
        ("22:00", "05:00", false), ("10:01", "10:00", false), ("10:00", "10:00", false), ("x", "11:00", false),
        ("9:00", "11:00", false), ("00:00", "24:00", true), ("00:00", "25:00", false),
    ])
    func `in quiet hours what is due is refused, unless it is an emergency`(from: String, to: String, quiet: Bool) {
        var world = Self.quiet(from, to)
        world.publish([Samples.broadcast("a", .priority, in: world), Samples.broadcast("e", .emergency, in: world)])
        world.run(seconds: 40)
        #expect(
            world.end(Samples.cue("a")) == (quiet ? .init(kind: .refused, code: .quietHours) : .finished))
        #expect(world.end(Samples.cue("e")) == .finished)
    }

    @Test func `quiet hours stop what sounds and refuse what waits, to the second`() {
        var world = Self.quiet("10:01", "11:00")
        world.publish([
            Samples.broadcast("a", in: world, after: 50, seconds: 20), Samples.broadcast("b", in: world, after: 55),
        ])
        world.run(seconds: 61)
        #expect(world.end(Samples.cue("a")) == .init(kind: .stopped, code: .quietHours))
        #expect(world.terminal[Samples.cue("a")]?.framesHeard == 10_000)
        #expect(world.end(Samples.cue("b")) == .init(kind: .refused, code: .quietHours))
    }

    // MARK: - Volumes

    @Test(arguments: [
        (BulletinClass.normal, 0.0, -8.0), (.priority, 5, -6), (.normal, -3, -11), (.emergency, 0, 3),
        (.emergency, 2, 5),
    ])
    func `the ceiling binds all but emergencies`(class: BulletinClass, own: Double, gain: Double) {
        var world = World()
        var settings = world.settingsOfDefault
        settings.volumes = NodeSettings.Volumes(normal: -8, ceiling: -6, emergency: 3)
        world.set(settings)
        var broadcast = Samples.broadcast("a", `class`, in: world)
        broadcast.volume = own
        world.publish([broadcast])
        world.deliver()
        #expect(world.heardNow == [Samples.cue("a"): gain])
        #expect(world.story(Samples.cue("a")).last?.gain == gain)
    }

    @Test func `a new volume is heard at once`() {
        var world = World()
        world.publish([Samples.broadcast("a", in: world)])
        world.run(seconds: 2)
        var settings = world.settingsOfDefault
        settings.volumes.normal = -5
        world.set(settings)
        #expect(world.heardNow == [Samples.cue("a"): -5])
    }

    // MARK: - Halts

    @Test(arguments: [true, false])
    func `a halt stops what sounds, refuses what is due, and outlives the program`(emergencies: Bool) throws {
        var world = World()
        world.set(world.settingsOfDefault)
        let commune = try #require(Scope("commune.cam-giang"))
        let halt = Halt(since: world.wall, emergencies: emergencies, reason: "exam")
        let sounding = [Samples.broadcast("a", in: world), Samples.broadcast("e", .emergency, in: world, seconds: 4)]
        world.publish(sounding)
        world.run(seconds: 6)
        world.publish([], halt: halt, to: commune)
        world.deliver()
        #expect(world.end(Samples.cue("a")) == .init(kind: .stopped, code: .halted))
        world.restart()
        world.publish(sounding + [Samples.broadcast("b", in: world), Samples.broadcast("f", .emergency, in: world)])
        world.run(seconds: 20)
        #expect(world.end(Samples.cue("b")) == .init(kind: .refused, code: .halted))
        #expect(world.end(Samples.cue("f")) == (emergencies ? .init(kind: .refused, code: .halted) : .finished))
        world.publish([], to: commune)
        world.publish(sounding + [Samples.broadcast("c", in: world)])
        world.run(seconds: 20)
        #expect(world.end(Samples.cue("c")) == .finished)
        let told = world.records.compactMap { if case .node(let event) = $0 { event.kind } else { nil } }
        #expect(told == [.halted, .haltLifted])
        #expect(world.violations.isEmpty)
    }

    @Test func `after a restart a halt holds before its document is read again`() throws {
        var world = World()
        world.publish([], halt: Halt(since: world.wall, emergencies: true))
        var director = World.makeDirector(world.director.memory)
        _ = director.handle(.restarted(heard: [:]), at: world.now)
        let settings = world.settingsOfDefault
        _ = director.handle(.settings(settings), at: world.now)
        let broadcast = Samples.broadcast("e", .emergency, in: world)
        let commune = try #require(settings.scopes.first)
        let effects = director.handle(
            .broadcasts(commune, BroadcastsDocument(broadcasts: [broadcast]), issuedAt: world.wall), at: world.now)
        #expect(!effects.contains { if case .load = $0 { true } else { false } })
        #expect(director.isHalted)
    }
}
