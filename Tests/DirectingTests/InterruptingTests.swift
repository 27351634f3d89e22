import Broadcasting
import Directing
import Testing

@Suite struct InterruptingTests {
    /// `a` of 10 s, after 4 s interrupted by an emergency of 3 s.
    static func world(_ policy: InterruptionPolicy, over: Covering = .interrupt) -> World {
        var world = World()
        var first = Samples.broadcast("a", in: world)
        first.whenInterrupted = policy
        world.publish([first])
        world.run(seconds: 4)
        var second = Samples.broadcast("e", .emergency, in: world, seconds: 3)
        second.over = over
        world.publish([first, second])
        world.run(seconds: 1)
        return world
    }

    @Test(arguments: [
        (InterruptionPolicy.resume, ResumePoint.heard, 6.0), (.restart, .beginning, 10), (.liveEdge, .liveEdge, 3),
    ])
    func `what was interrupted goes on as its policy says`(policy: InterruptionPolicy, point: ResumePoint, left: Double)
        throws
    {
        var world = Self.world(policy)
        let cue = Samples.cue("a")
        #expect(world.heardNow.keys.sorted() == [Samples.cue("e")])
        #expect(world.director.sounding.map(\.state) == [.interrupted, .playing])
        let interrupted = try #require(world.story(cue).last)
        #expect(interrupted.kind == .interrupted)
        #expect(!interrupted.final)
        #expect(interrupted.by == Samples.cue("e"))
        #expect(interrupted.framesHeard == 4000)
        world.run(seconds: 2.5)
        #expect(world.heardNow.keys.sorted() == [cue])
        #expect(world.effects.contains(.resume(cue, from: point)))
        world.run(seconds: left - 0.6)
        #expect(world.terminal[cue] == nil)
        world.run(seconds: 0.2)
        #expect(world.kinds(cue).suffix(3) == [.interrupted, .resumed, policy == .liveEdge ? .interrupted : .finished])
        #expect(world.terminal[cue]?.framesHeard == (policy == .liveEdge ? 7000 : 10_000))
        #expect(world.end(Samples.cue("e")) == .finished)
        #expect(world.violations.isEmpty)
    }

    @Test func `what is dropped ends when it is interrupted`() {
        let world = Self.world(.drop)
        let end = world.terminal[Samples.cue("a")]
        #expect(world.end(Samples.cue("a")) == .init(kind: .interrupted, code: .preempted))
        #expect(end?.by == Samples.cue("e"))
        #expect(end?.framesHeard == 4000)
    }

    @Test func `a live edge that passes the end is the end`() {
        var world = World()
        var first = Samples.broadcast("a", in: world)
        first.whenInterrupted = .liveEdge
        world.publish([first])
        world.run(seconds: 4)
        world.publish([first, Samples.broadcast("e", .emergency, in: world, seconds: 30)])
        world.run(seconds: 5)
        #expect(world.terminal[Samples.cue("a")] == nil)
        world.run(seconds: 2)
        #expect(world.end(Samples.cue("a")) == .init(kind: .interrupted, code: .preempted))
    }

    @Test func `a duck lowers and restores what it covers`() {
        var world = Self.world(.resume, over: .duck(decibels: -15))
        #expect(world.heardNow == [Samples.cue("a"): -15, Samples.cue("e"): 0])
        #expect(world.director.sounding.map(\.state) == [.ducked, .playing])
        world.run(seconds: 3)
        #expect(world.heardNow == [Samples.cue("a"): 0])
        world.run(seconds: 3)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
    }

    @Test func `what is silent when it expires does not go on`() {
        var world = World()
        var first = Samples.broadcast("a", in: world, seconds: 20)
        first.expires = first.start.advanced(bySeconds: 8)
        world.publish([first])
        world.run(seconds: 4)
        world.publish([first, Samples.broadcast("e", .emergency, in: world, seconds: 30)])
        world.run(seconds: 5)
        #expect(world.end(Samples.cue("a")) == .init(kind: .interrupted, code: .expired))
        #expect(world.terminal[Samples.cue("a")]?.framesHeard == 4000)
    }

    @Test func `what sounds when it expires goes on to its end`() {
        var world = World()
        var first = Samples.broadcast("a", in: world, seconds: 20)
        first.expires = first.start.advanced(bySeconds: 8)
        world.publish([first])
        world.run(seconds: 30)
        #expect(world.end(Samples.cue("a")) == .finished)
    }

    @Test func `of two emergencies the latest wins and the first is heard whole after it`() {
        var world = World()
        let first = Samples.broadcast("e1", .emergency, in: world)
        world.publish([first])
        world.run(seconds: 4)
        world.publish([first, Samples.broadcast("e2", .emergency, in: world)])
        world.run(seconds: 1)
        #expect(world.heardNow.keys.sorted() == [Samples.cue("e2")])
        world.run(seconds: 60)
        #expect(world.terminal[Samples.cue("e1")]?.framesHeard == 10_000)
        #expect(world.end(Samples.cue("e1")) == .finished)
    }

    @Test func `of two equals below the first finishes before the second begins`() throws {
        var world = World()
        let first = Samples.broadcast("a", in: world)
        world.publish([first])
        world.run(seconds: 4)
        world.publish([first, Samples.broadcast("b", in: world)])
        world.run(seconds: 1)
        #expect(world.heardNow.keys.sorted() == [Samples.cue("a")])
        world.run(seconds: 60)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
        let second = try #require(world.story(Samples.cue("b")).first { $0.kind == .started })
        #expect(second.startError == 6)
    }

    @Test func `a pile of interrupted cues leaves the player voices for the next`() {
        var world = World()
        var all: [Broadcast] = []
        for number in 0..<20 {
            all.append(Samples.broadcast("e\(number)", .emergency, in: world, seconds: 60))
            world.publish(all)
            world.run(seconds: 1)
        }
        #expect(world.player.voices.count <= 11)
        #expect(world.heardNow.keys.sorted() == [Samples.cue("e19")])
        #expect(world.end(Samples.cue("e0")) == .init(kind: .interrupted, code: .preempted))
        #expect(world.violations.isEmpty)
    }
}
