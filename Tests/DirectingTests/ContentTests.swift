import Broadcasting
import Directing
import Testing

@Suite struct ContentTests {
    private static func world() -> World {
        var world = World()
        world.defaultContent = .missing
        return world
    }

    @Test func `audio is wanted in order of urgency, each once`() throws {
        var world = Self.world()
        let later = Samples.broadcast("later", in: world, after: 500)
        let soon = Samples.broadcast("soon", in: world, after: 50)
        let now = Samples.broadcast("now", in: world)
        let emergency = Samples.broadcast("emergency", .emergency, in: world)
        var same = Samples.broadcast("same", in: world, after: 100)
        same.audio = now.audio
        world.publish([later, same, soon, now, emergency])
        #expect(world.wanted == emergency.audio + now.audio + soon.audio + later.audio)
        world.publish([later])
        #expect(world.wanted == later.audio)
        world.publish([])
        #expect(world.wanted.isEmpty)
    }

    @Test func `what sounds keeps its audio`() {
        var world = World()
        let broadcast = Samples.broadcast("a", in: world)
        world.publish([broadcast])
        world.run(seconds: 3)
        #expect(world.wanted == broadcast.audio)
        world.run(seconds: 20)
        #expect(world.wanted.isEmpty)
    }

    @Test func `a cue waits for its audio while others sound, and starts when it comes`() {
        var world = Self.world()
        let first = Samples.broadcast("e", .emergency, in: world)
        let second = Samples.broadcast("a", in: world, seconds: 60)
        world.publish([first, second])
        world.setContent(of: second, .available)
        world.run(seconds: 5)
        #expect(world.heardNow.keys.sorted() == [Samples.cue("a")])
        world.setContent(of: first, .available)
        #expect(world.heardNow.keys.sorted() == [Samples.cue("e")])
        world.run(seconds: 100)
        #expect(world.end(Samples.cue("e")) == .finished)
        #expect(world.end(Samples.cue("a")) == .finished)
    }

    @Test func `audio that never comes makes a miss`() {
        var world = Self.world()
        world.publish([Samples.broadcast("a", in: world)])
        world.run(seconds: 599)
        #expect(world.terminal.isEmpty)
        world.run(seconds: 2)
        #expect(world.end(Samples.cue("a")) == .init(kind: .missed, code: .contentMissing))
    }

    @Test func `audio that is not what it should be fails its cue alone`() {
        var world = Self.world()
        let bad = Samples.broadcast("bad", .emergency, in: world)
        let good = Samples.broadcast("good", in: world)
        world.publish([bad, good])
        world.setContent(of: bad, .failed(Reason(.contentCorrupt, "the hash differs")))
        world.setContent(of: good, .available)
        world.run(seconds: 30)
        #expect(world.end(Samples.cue("bad")) == .init(kind: .failed, code: .contentCorrupt))
        #expect(world.end(Samples.cue("good")) == .finished)
        #expect(world.story(Samples.cue("bad")).last?.reason?.text == "the hash differs")
    }

    @Test func `what failed before it was due may come in time`() {
        var world = Self.world()
        let broadcast = Samples.broadcast("a", in: world, after: 60)
        world.publish([broadcast])
        world.setContent(of: broadcast, .failed(Reason(.contentMissing, "404")))
        world.run(seconds: 30)
        #expect(world.terminal.isEmpty)
        world.setContent(of: broadcast, .available)
        world.run(seconds: 60)
        #expect(world.end(Samples.cue("a")) == .finished)
    }

    @Test func `what cannot be decoded fails, and the next sounds`() {
        var world = World()
        world.failures = 1000
        world.publish([Samples.broadcast("a", in: world)])
        world.deliver()
        world.failures = 0
        world.publish([Samples.broadcast("b", in: world)])
        world.run(seconds: 30)
        #expect(world.end(Samples.cue("a")) == .init(kind: .failed, code: .decodingFailed))
        #expect(world.end(Samples.cue("b")) == .finished)
    }

    @Test func `audio found damaged as it is opened leaves the loudspeaker to others, and is played when it is mended`()
    {
        var world = World()
        world.givesBack = 1000
        let first = Samples.broadcast("e", .emergency, in: world)
        let second = Samples.broadcast("a", in: world)
        world.publish([first])
        world.deliver()
        world.givesBack = 0
        world.publish([first, second])
        world.run(seconds: 5)
        #expect(world.heardNow.keys.sorted() == [Samples.cue("a")])
        world.setContent(of: first, .available)
        world.run(seconds: 60)
        #expect(world.kinds(Samples.cue("e")) == [.accepted, .fetched, .started, .finished])
        #expect(world.end(Samples.cue("a")) == .finished)
        #expect(world.violations.isEmpty)
    }

    // MARK: - The sound card

    @Test func `what passed without a sound card was not finished`() {
        var world = World()
        world.publish([Samples.broadcast("a", in: world)])
        world.run(seconds: 4)
        world.loseDevice()
        world.run(seconds: 3)
        world.restoreDevice()
        world.run(seconds: 10)
        #expect(world.end(Samples.cue("a")) == .init(kind: .interrupted, code: .deviceLost))
        #expect(world.terminal[Samples.cue("a")]?.framesHeard == 7000)
    }

    @Test func `what has not begun waits for the sound card`() {
        var world = World()
        world.loseDevice()
        world.publish([Samples.broadcast("a", in: world), Samples.broadcast("b", in: world, after: 5)])
        world.run(seconds: 60)
        #expect(world.terminal.isEmpty)
        world.restoreDevice()
        world.run(seconds: 60)
        #expect(world.end(Samples.cue("a")) == .finished)
        world.loseDevice()
        world.publish([Samples.broadcast("c", in: world)])
        world.run(seconds: 700)
        #expect(world.end(Samples.cue("c")) == .init(kind: .missed, code: .deviceLost))
    }

    @Test(arguments: [BulletinClass.emergency, .normal], [0.0, 5])
    func `a loss that is noticed only as a cue begins does not use the cue up`(
        class: BulletinClass, after: Double
    ) throws {
        var world = World()
        world.pullDevice()
        world.publish([Samples.broadcast("a", `class`, in: world, after: after)])
        world.run(seconds: 60)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched])
        world.restoreDevice()
        world.run(seconds: 60)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
        #expect(world.violations.isEmpty)
    }

    @Test func `what a card that came back at once let sound, until it was taken back, does not use the cue up`() {
        var world = World()
        world.pullDevice()
        world.player.heardBeforeStop = 300
        world.publish([Samples.broadcast("a", .emergency, in: world)])
        world.run(seconds: 5)
        world.player.heardBeforeStop = 0
        world.restoreDevice()
        world.run(seconds: 60)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
        #expect(world.terminal[Samples.cue("a")]?.framesHeard == world.terminal[Samples.cue("a")]?.framesDue)
    }

    @Test func `a start that was ordered ahead is taken back when the sound card goes`() {
        var world = World()
        world.publish([Samples.broadcast("a", in: world, after: 5)])
        world.run(seconds: 4)
        world.loseDevice()
        world.run(seconds: 60)
        world.restoreDevice()
        world.run(seconds: 60)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
        #expect(world.violations.isEmpty)
    }
}
