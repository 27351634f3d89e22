import Broadcasting
import Directing
import Testing

@Suite struct ClockTests {
    @Test func `while the clock is not trusted only now and emergencies sound`() {
        var world = World()
        world.isClockTrusted = false
        world.publish([
            Samples.broadcast("now", in: world), Samples.broadcast("later", in: world, after: 20),
            Samples.broadcast("emergency", .emergency, in: world, after: 40),
        ])
        world.run(seconds: 80)
        #expect(world.end(Samples.cue("now")) == .finished)
        #expect(world.end(Samples.cue("emergency")) == .finished)
        #expect(world.terminal.count == 2)
        world.isClockTrusted = true
        world.tell(.timer)
        world.run(seconds: 20)
        #expect(world.end(Samples.cue("later")) == .finished)
    }

    @Test func `now sounds by a clock that is years behind, and expires by the documents' dates`() {
        var world = World()
        let issued = world.wall
        let now = Samples.broadcast("now", in: world)
        var old = Samples.broadcast("old", in: world, after: -100)
        old.expires = old.start.advanced(bySeconds: 50)
        world.isClockTrusted = false
        world.wallOffset = 0
        world.tell(.timer)
        world.publish([now, old], issuedAt: issued)
        world.run(seconds: 30)
        #expect(world.end(Samples.cue("now")) == .finished)
        #expect(world.terminal[Samples.cue("old")]?.kind == .missed)
    }

    @Test func `a repeated emergency goes on by the documents' dates and the monotonic clock`() {
        var world = World()
        let issued = world.wall
        var broadcast = Samples.broadcast("e", .emergency, in: world, seconds: 5)
        broadcast.repeat = .init(every: 20, until: broadcast.start.advanced(bySeconds: 50))
        world.isClockTrusted = false
        world.wallOffset = 0
        world.tell(.timer)
        world.publish([broadcast], issuedAt: issued)
        world.run(seconds: 60)
        for number in 0...2 { #expect(world.end(Samples.cue("e", number)) == .finished) }
    }

    @Test func `what waited for the clock until it expired says so`() {
        var world = World()
        world.isClockTrusted = false
        world.tell(.timer)
        world.publish([Samples.broadcast("a", in: world, after: 20)])
        world.run(seconds: 700)
        #expect(world.end(Samples.cue("a")) == .init(kind: .missed, code: .clockUntrusted))
    }

    @Test func `a step forward misses what it jumped over, and plays what can still be played`() {
        var world = World()
        var over = Samples.broadcast("over", in: world, after: 100)
        over.expires = over.start.advanced(bySeconds: 10)
        world.publish([over, Samples.broadcast("late", in: world, after: 200)])
        world.step(seconds: 300)
        world.run(seconds: 30)
        #expect(world.end(Samples.cue("over")) == .init(kind: .missed, code: .clockStepped))
        #expect(world.end(Samples.cue("late")) == .finished)
    }

    @Test func `a step forward over several occurrences misses all but the last`() {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world, after: 100, seconds: 5)
        broadcast.repeat = .init(every: 100, until: broadcast.start.advanced(bySeconds: 550))
        world.publish([broadcast])
        world.step(seconds: 450)
        world.run(seconds: 50)
        for number in 0...2 {
            #expect(world.end(Samples.cue("a", number)) == .init(kind: .missed, code: .clockStepped))
        }
        #expect(world.end(Samples.cue("a", 3)) == .finished)
    }

    @Test func `a step back replays nothing`() {
        var world = World()
        let first = Samples.broadcast("a", in: world, after: 20)
        world.publish([first, Samples.broadcast("b", in: world, after: 60)])
        world.run(seconds: 40)
        world.step(seconds: -40)
        world.run(seconds: 200)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
        #expect(world.kinds(Samples.cue("b")) == [.accepted, .fetched, .started, .finished])
        #expect(world.violations.isEmpty)
    }

    @Test func `a step while a start is ordered moves the start`() throws {
        var world = World()
        let broadcast = Samples.broadcast("a", in: world, after: 30)
        world.publish([broadcast])
        world.run(seconds: 29)
        world.step(seconds: -10)
        world.run(seconds: 9)
        #expect(world.heardNow.isEmpty)
        world.run(seconds: 3)
        #expect(world.heardNow.count == 1)
        let started = try #require(world.story(Samples.cue("a")).first { $0.kind == .started })
        #expect(abs(started.startError ?? 9) < 0.01)
        #expect(world.violations.isEmpty)
    }

    @Test func `a long absence is recorded, and folded where it would flood the journal`() throws {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world, seconds: 1)
        broadcast.repeat = .init(every: 10, until: broadcast.start.advanced(bySeconds: 100_000))
        broadcast.expires = broadcast.start.advanced(bySeconds: 100_000)
        world.publish([broadcast])
        world.run(seconds: 5)
        world.step(seconds: 50_000)
        world.run(seconds: 5)
        let missed = world.terminal.values.filter { $0.kind == .missed }
        // The one that was waiting already, and a thousand that stand for all others.
        #expect(missed.count == 1001)
        #expect(missed.count { $0.reason?.text.contains("3998 before it") == true } == 1)
    }
}
