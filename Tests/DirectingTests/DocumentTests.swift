import Broadcasting
import Directing
import Testing

@Suite struct DocumentTests {
    @Test func `a document told again changes nothing`() {
        var world = World()
        let broadcasts = [Samples.broadcast("a", in: world), Samples.broadcast("b", in: world, after: 60)]
        world.publish(broadcasts)
        world.run(seconds: 3)
        let count = world.log.count
        world.publish(broadcasts)
        #expect(world.log.dropFirst(count).allSatisfy { $0.effects.isEmpty })
        world.run(seconds: 100)
        world.publish(broadcasts)
        world.run(seconds: 10)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
        #expect(world.kinds(Samples.cue("b")) == [.accepted, .fetched, .started, .finished])
    }

    private static func recalled(_ broadcast: Broadcast, in world: World) -> Broadcast {
        var broadcast = broadcast
        broadcast.cancelled = Broadcast.Cancellation(at: world.wall, reason: "wrong village")
        return broadcast
    }

    @Test func `cancelled before it is due, it ends once and never sounds`() {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world, after: 30)
        broadcast.repeat = .init(every: 20, until: broadcast.start.advanced(bySeconds: 100))
        world.publish([broadcast])
        world.run(seconds: 29)
        broadcast = Self.recalled(broadcast, in: world)
        world.publish([broadcast])
        world.run(seconds: 200)
        world.publish([])
        world.run(seconds: 10)
        #expect(world.end(Samples.cue("a")) == .init(kind: .stopped, code: .cancelled))
        #expect(world.terminal[Samples.cue("a")]?.reason?.text == "wrong village")
        #expect(world.terminal.count == 1)
        #expect(world.player.sounded.isEmpty)
        #expect(world.violations.isEmpty)
    }

    @Test func `cancelled while it sounds, it stops with the frames that were heard`() {
        var world = World()
        let broadcast = Samples.broadcast("a", in: world)
        world.publish([broadcast])
        world.run(seconds: 4)
        world.publish([Self.recalled(broadcast, in: world)])
        world.deliver()
        #expect(world.end(Samples.cue("a")) == .init(kind: .stopped, code: .cancelled))
        #expect(world.terminal[Samples.cue("a")]?.framesHeard == 4000)
    }

    @Test(arguments: [0.0, 30])
    func `what is no longer in the document is withdrawn`(after: Double) {
        var world = World()
        world.publish([Samples.broadcast("a", in: world, after: after)])
        world.run(seconds: 4)
        world.publish([])
        world.run(seconds: 60)
        #expect(world.end(Samples.cue("a")) == .init(kind: .stopped, code: .withdrawn))
        #expect(world.heardNow.isEmpty)
    }

    @Test func `in several scopes it is one cue, and in force until the last withdraws it`() throws {
        var world = World()
        world.set(world.settingsOfDefault)
        let commune = try #require(Scope("commune.cam-giang"))
        let broadcast = Samples.broadcast("a", in: world)
        world.publish([broadcast])
        world.publish([broadcast], to: commune)
        world.run(seconds: 3)
        #expect(world.heardNow.count == 1)
        world.publish([])
        world.run(seconds: 1)
        #expect(world.heardNow.count == 1)
        world.publish([], to: commune)
        world.deliver()
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .stopped])
    }

    @Test func `where scopes differ the later issued document counts`() throws {
        var world = World()
        world.set(world.settingsOfDefault)
        let commune = try #require(Scope("commune.cam-giang"))
        let broadcast = Samples.broadcast("a", in: world, after: 30)
        world.publish([Self.recalled(broadcast, in: world)], to: commune, issuedAt: world.wall.advanced(bySeconds: 1))
        world.publish([broadcast])
        world.run(seconds: 60)
        #expect(world.end(Samples.cue("a")) == .init(kind: .stopped, code: .cancelled))
    }

    @Test func `a scope that is no longer obeyed takes its broadcasts with it, and brings none back twice`() throws {
        var world = World()
        world.set(world.settingsOfDefault)
        let commune = try #require(Scope("commune.cam-giang"))
        let broadcast = Samples.broadcast("a", in: world)
        world.publish([broadcast, Samples.broadcast("b", in: world, after: 60)], to: commune)
        world.run(seconds: 3)
        var settings = world.settingsOfDefault
        settings.scopes = []
        world.set(settings)
        world.deliver()
        #expect(world.end(Samples.cue("a")) == .init(kind: .stopped, code: .withdrawn))
        world.set(world.settingsOfDefault)
        world.run(seconds: 90)
        #expect(world.terminal.count == 2)
        #expect(world.player.sounded == [Samples.cue("a")])
        #expect(world.violations.isEmpty)
    }

    @Test func `documents of other scopes are not heeded`() throws {
        var world = World()
        let commune = try #require(Scope("commune.cam-giang"))
        world.publish(
            [Samples.broadcast("a", in: world)], halt: Halt(since: world.wall, emergencies: true), to: commune)
        world.run(seconds: 30)
        #expect(world.records.isEmpty)
        world.publish([Samples.broadcast("b", in: world)])
        world.run(seconds: 30)
        #expect(world.end(Samples.cue("b")) == .finished)
    }

    @Test func `an edit applies to what has not begun`() throws {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world, after: 5)
        world.publish([broadcast])
        world.run(seconds: 4)
        broadcast.title = "new"
        broadcast.audio = [try #require(Samples.audio(3, seconds: 4))]
        broadcast.start = broadcast.start.advanced(bySeconds: 10)
        world.publish([broadcast])
        world.run(seconds: 8)
        #expect(world.heardNow.isEmpty)
        world.run(seconds: 4)
        #expect(world.heardNow.count == 1)
        broadcast.title = "too late"
        broadcast.start = broadcast.start.advanced(bySeconds: 100)
        world.publish([broadcast])
        world.run(seconds: 200)
        let end = try #require(world.terminal[Samples.cue("a")])
        #expect(end.kind == .finished)
        #expect(end.title == "new")
        #expect(end.framesDue == 4000)
        #expect(world.violations.isEmpty)
    }

    @Test func `what is over is forgotten once it has left the documents`() throws {
        var world = World()
        for day in 0..<200 {
            var broadcast = Samples.broadcast("a\(day)", in: world)
            broadcast.expires = broadcast.start.advanced(bySeconds: 60)
            world.publish([broadcast])
            world.run(seconds: 100)
        }
        let memory = try Wire.encode(world.director.memory)
        #expect(memory.count < 1500)
        #expect(world.terminal.count == 200)
        #expect(world.terminal.values.allSatisfy { $0.kind == .finished })
    }
}
