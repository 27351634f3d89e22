import Broadcasting
import Directing
import Testing

@Suite struct StartingTests {
    @Test func `now begins on receipt and ends with its last frame`() {
        var world = World()
        world.publish([Samples.broadcast("a", in: world)])
        world.deliver()
        #expect(world.heardNow == [Samples.cue("a"): 0])
        world.run(seconds: 60)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
        let end = world.story(Samples.cue("a")).last
        #expect(end?.final == true)
        #expect(end?.framesDue == 10_000)
        #expect(end?.framesHeard == 10_000)
        #expect(end?.rate == 1000)
        #expect(end?.peak == -6)
        #expect(end?.gain == 0)
        #expect(end?.title == "title of a")
        #expect(end?.priority == .normal)
        #expect(end?.drill == false)
        #expect(end?.reason == nil)
        #expect(world.violations.isEmpty)
    }

    @Test(arguments: [0, 480] as [Int64])
    func `a gap within a playback stands in its terminal record, and nowhere else`(frames: Int64) {
        var world = World()
        world.player.framesSilent = frames
        world.publish([Samples.broadcast("a", in: world)])
        world.run(seconds: 60)
        let story = world.story(Samples.cue("a"))
        #expect(story.map(\.kind).last == .finished)
        #expect(story.map(\.framesSilent) == story.map { $0.final && frames > 0 ? frames : nil })
    }

    @Test(arguments: [-3.0, -0.5, 0, 2])
    func `now is what starts no later than its document was issued, whatever the skew`(skew: Double) {
        var world = World()
        let start = world.wall.advanced(bySeconds: skew)
        var broadcast = Samples.broadcast("a", in: world)
        broadcast.start = start
        world.publish([broadcast], issuedAt: start)
        world.deliver()
        #expect(world.heardNow.count == 1)
        #expect((world.story(Samples.cue("a")).last?.startError ?? -1) >= 0)
    }

    @Test func `an instant is kept, with decoding and the order ahead of it`() throws {
        var world = World()
        let broadcast = Samples.broadcast("a", in: world, after: 30)
        world.publish([broadcast])
        world.run(seconds: 19)
        #expect(!world.effects.contains { if case .load = $0 { true } else { false } })
        world.run(seconds: 2)
        #expect(world.effects.contains { if case .load = $0 { true } else { false } })
        world.run(seconds: 5)
        #expect(!world.effects.contains { if case .start = $0 { true } else { false } })
        world.run(seconds: 3)
        #expect(world.effects.contains(.start(Samples.cue("a"), at: .at(broadcast.start))))
        #expect(world.heardNow.isEmpty)
        world.run(seconds: 60)
        let started = try #require(world.story(Samples.cue("a")).first { $0.kind == .started })
        #expect(started.startError == 0)
        #expect(started.due == broadcast.start)
        #expect(world.end(Samples.cue("a")) == .finished)
    }

    @Test(arguments: [0, 0.4, 1.5, 3, 10])
    func `what is due at an instant is ordered before its amplifier must wake, with time to write that down`(
        warmUp: Double
    ) throws {
        var world = World(warmUp: warmUp)
        world.publish([Samples.broadcast("a", in: world, after: 30)])
        world.publish(schedule: [Samples.programme("p")])
        world.run(seconds: 90)
        for cue in [Samples.cue("a"), Samples.occurrence("p")] {
            let started = try #require(world.story(cue).first { $0.kind == .started })
            #expect(started.startError == 0)
            let due = try #require(started.due)
            let loaded = world.log.first { step in
                step.effects.contains { if case .load(cue, _) = $0 { true } else { false } }
            }
            let ordered = world.log.first { $0.effects.contains(.start(cue, at: .at(due))) }
            let loadLead = due.seconds(since: try #require(loaded).now.wall)
            let armLead = due.seconds(since: try #require(ordered).now.wall)
            #expect(abs(loadLead - warmUp - 10) < 0.001 && abs(armLead - max(2, warmUp + 1)) < 0.001)
        }
        #expect(world.violations.isEmpty)
    }

    @Test func `an emergency takes a cue's turn even after its start was ordered`() {
        var world = World()
        world.publish([Samples.broadcast("a", in: world, after: 5)])
        world.run(seconds: 4)
        #expect(world.effects.contains { if case .start = $0 { true } else { false } })
        world.publish([Samples.broadcast("a", in: world, after: 1), Samples.broadcast("e", .emergency, in: world)])
        world.run(seconds: 3)
        #expect(world.heardNow.keys.sorted() == [Samples.cue("e")])
        world.run(seconds: 60)
        #expect(world.kinds(Samples.cue("a")) == [.accepted, .fetched, .started, .finished])
        #expect(world.violations.isEmpty)
    }

    @Test func `repeated until plays each occurrence once`() {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world, seconds: 5)
        broadcast.repeat = .init(every: 20, until: broadcast.start.advanced(bySeconds: 60))
        world.publish([broadcast])
        world.run(seconds: 200)
        for number in 0...2 { #expect(world.end(Samples.cue("a", number)) == .finished) }
        #expect(world.terminal.count == 3)
    }

    @Test func `an occurrence that is due while the one before sounds waits, and is superseded by the next`() {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world, seconds: 25)
        broadcast.repeat = .init(every: 10, until: broadcast.start.advanced(bySeconds: 35))
        world.publish([broadcast])
        world.run(seconds: 200)
        #expect(world.end(Samples.cue("a", 0)) == .finished)
        #expect(world.end(Samples.cue("a", 1)) == .init(kind: .missed, code: .superseded))
        #expect(world.end(Samples.cue("a", 2)) == .finished)
        #expect(world.end(Samples.cue("a", 3)) == .finished)
        #expect(world.violations.isEmpty)
    }

    @Test func `what has expired is never started`() {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world, after: -700)
        world.publish([broadcast])
        #expect(world.end(Samples.cue("a")) == .init(kind: .missed, code: .expired))
        broadcast.id = BroadcastID(unchecked: "b")
        broadcast.expires = broadcast.start.advanced(bySeconds: 700)
        world.publish([broadcast])
        world.run(seconds: 60)
        #expect(world.end(Samples.cue("b")) == .finished)
    }

    @Test func `what waits for the loudspeaker until it expires is missed`() {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world)
        broadcast.expires = broadcast.start.advanced(bySeconds: 20)
        world.publish([Samples.broadcast("p", .priority, in: world, seconds: 60), broadcast])
        world.run(seconds: 100)
        #expect(world.end(Samples.cue("a")) == .init(kind: .missed, code: .expired))
        #expect(world.end(Samples.cue("p")) == .finished)
    }

    @Test func `a drill is one in each record`() {
        var world = World()
        var broadcast = Samples.broadcast("a", .emergency, in: world)
        broadcast.drill = true
        world.publish([broadcast])
        world.run(seconds: 30)
        #expect(world.story(Samples.cue("a")).count == 4)
        #expect(world.story(Samples.cue("a")).allSatisfy { $0.drill == true })
    }

    @Test func `the chime comes first`() throws {
        var world = World()
        var broadcast = Samples.broadcast("a", in: world)
        let chime = try #require(Samples.audio(7, seconds: 2))
        broadcast.chime = chime
        world.publish([broadcast])
        world.run(seconds: 30)
        let blocks = [.chime(chime)] + broadcast.audio.map { Programme.Block.audio($0) }
        #expect(world.effects.contains(.load(Samples.cue("a"), LoadOrder(blocks: blocks, gain: 0))))
        #expect(world.story(Samples.cue("a")).last?.framesHeard == 12_000)
    }
}
