import Broadcasting
import Directing
import FoundationEssentials
import Testing

@Suite struct RestartTests {
    @Test func `what sounded when the program died is interrupted for good, with the frames that were heard`() {
        var world = World()
        world.publish([Samples.broadcast("a", .emergency, in: world)])
        world.run(seconds: 4)
        world.restart()
        world.run(seconds: 60)
        let end = world.terminal[Samples.cue("a")]
        #expect(world.end(Samples.cue("a")) == .init(kind: .interrupted, code: .nodeDied))
        #expect(end?.framesHeard == 4000)
        #expect(end?.rate == 1000)
        #expect(end?.title == "title of a")
        #expect(end?.priority == .emergency)
        #expect(world.violations.isEmpty)
    }

    @Test func `a start that was stored and never carried out is not given again`() {
        var world = World()
        let broadcast = Samples.broadcast("a", in: world)
        world.disk = Dictionary(uniqueKeysWithValues: broadcast.audio.map { ($0.sha256, .available) })
        for audio in broadcast.audio { world.tell(.content(audio.sha256, .available)) }
        world.documents[World.scope] = (BroadcastsDocument(broadcasts: [broadcast]), world.wall)
        world.tell(
            .broadcasts(World.scope, BroadcastsDocument(broadcasts: [broadcast]), issuedAt: world.wall), dies: true)
        world.restart()
        world.run(seconds: 60)
        #expect(world.end(Samples.cue("a")) == .init(kind: .interrupted, code: .nodeDied))
        #expect(world.player.sounded.isEmpty)
    }

    @Test func `a start that was ordered ahead and whose time had not come is given again`() {
        var world = World()
        world.publish([Samples.broadcast("a", in: world, after: 10)])
        world.run(seconds: 9)
        #expect(world.effects.contains { if case .start = $0 { true } else { false } })
        world.restart()
        world.run(seconds: 60)
        #expect(world.end(Samples.cue("a")) == .finished)
        #expect(world.violations.isEmpty)
    }

    @Test func `what sounded is not given again because the clock was set back before its time`() {
        var world = World()
        world.publish([Samples.broadcast("a", in: world, after: 10)])
        world.run(seconds: 12)
        var director = World.makeDirector(world.director.memory)
        world.step(seconds: -60)
        let effects = director.handle(.restarted(heard: [:]), at: world.now)
        let ends = effects.compactMap { effect -> PlaybackEvent? in
            if case .record(.playback(let event)) = effect, event.final { event } else { nil }
        }
        #expect(ends.map(\.cue) == [Samples.cue("a")])
        #expect(ends.first?.reason?.code == .nodeDied)
    }

    @Test func `the next occurrence plays after a restart`() {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world)
        broadcast.repeat = .init(every: 60, until: broadcast.start.advanced(bySeconds: 100))
        world.publish([broadcast])
        world.run(seconds: 3)
        world.restart()
        world.run(seconds: 100)
        #expect(world.end(Samples.cue("a", 0)) == .init(kind: .interrupted, code: .nodeDied))
        #expect(world.end(Samples.cue("a", 1)) == .finished)
    }

    @Test func `what was over stays over, and what waits goes on waiting`() {
        var world = World()
        world.publish([Samples.broadcast("a", in: world), Samples.broadcast("b", in: world, after: 60)])
        world.run(seconds: 30)
        world.restart()
        world.run(seconds: 100)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
        #expect(world.kinds(Samples.cue("b")) == [.accepted, .fetched, .started, .finished])
    }

    @Test func `a stop in good order ends what sounds, and nothing begins`() {
        var world = World()
        let broadcasts = [Samples.broadcast("a", in: world), Samples.broadcast("b", in: world, after: 6)]
        world.publish(broadcasts)
        world.run(seconds: 4.5)
        world.stop()
        #expect(world.end(Samples.cue("a")) == .init(kind: .interrupted, code: .nodeStopped))
        world.run(seconds: 20)
        #expect(world.heardNow.isEmpty)
        #expect(world.terminal.count == 1)
        world.restart()
        world.run(seconds: 60)
        #expect(world.end(Samples.cue("b")) == .finished)
        #expect(world.violations.isEmpty)
    }

    @Test func `a player that says nothing delays only its own cue`() {
        var director = World.makeDirector(Director.Memory())
        let world = World()
        var now = world.now
        _ = director.handle(.restarted(heard: [:]), at: now)
        let first = Samples.broadcast("a", .emergency, in: world)
        let second = Samples.broadcast("b", in: world)
        for audio in first.audio + second.audio { _ = director.handle(.content(audio.sha256, .available), at: now) }
        _ = director.handle(
            .broadcasts(World.scope, BroadcastsDocument(broadcasts: [first, second]), issuedAt: now.wall), at: now)
        var ends: [CueID: Reason?] = [:]
        var started: Set<CueID> = []
        for _ in 0..<60 {
            now.wall = now.wall.advanced(bySeconds: 1)
            now.monotonic += 1_000_000_000
            for effect in director.handle(.timer, at: now) {
                if case .record(.playback(let event)) = effect, event.final { ends[event.cue] = event.reason }
                if case .start(let cue, _) = effect { started.insert(cue) }
            }
        }
        #expect(ends[Samples.cue("a")]??.code == .decodingFailed)
        #expect(started == [Samples.cue("b")])
    }

    @Test func `a wake is always ahead, and nothing is left to find when it comes late`() {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world, after: 100)
        broadcast.repeat = .init(every: 50, until: broadcast.start.advanced(bySeconds: 400))
        world.publish([broadcast])
        for _ in 0..<200 {
            world.run(seconds: 3)
            guard let wake = world.director.nextWake else { continue }
            #expect(wake.wall.map { $0 > world.wall } ?? true)
            #expect(wake.monotonic.map { $0 > world.now.monotonic } ?? true)
        }
        #expect(world.terminal.values.count { $0.kind == .finished } == 8)
        #expect(world.director.nextWake == nil)
    }

    @Test(arguments: [3, 4, 5] as [UInt64])
    func `the same events give the same effects`(seed: UInt64) throws {
        var history = History(seed: seed, keepsLog: true)
        history.live(events: 3000)
        var director = World.makeDirector(Director.Memory())
        for step in history.world.log {
            if case .restarted = step.event {
                director = World.makeDirector(
                    try Wire.decode(Director.Memory.self, from: try Wire.encode(director.memory)))
            }
            let effects = director.handle(step.event, at: step.now)
            try #require(effects == step.effects)
        }
        #expect(try Wire.encode(director.memory) == Wire.encode(history.world.director.memory))
        #expect(history.world.log.count > 3000)
    }
}
