import Broadcasting
import Directing
import Testing

/// Programmes in time, late, overlapping, and their slots. The world begins on Saturday 2026-11-21, 10:00 in Ho Chi Minh City.
@Suite struct ProgrammeTests {
    @Test func `a programme starts at its instant each day, ordered ahead`() throws {
        var world = World()
        world.publish(schedule: [Samples.programme("a")])
        world.run(seconds: 59)
        #expect(world.effects.contains { if case .start(Samples.occurrence("a"), .at) = $0 { true } else { false } })
        #expect(world.heardNow.isEmpty)
        world.idle = 86_400_000
        world.run(seconds: 3 * 86_400)
        for day in 21...23 {
            let cue = Samples.occurrence("a", day: day)
            #expect(world.kinds(cue) == [.started, .finished])
            let started = try #require(world.story(cue).first)
            #expect(started.startError == 0)
            #expect(started.title == "title of a")
            #expect(started.offset == nil)
        }
        #expect(world.violations.isEmpty)
    }

    @Test func `ten programmes due in the same second are heard one after the other, or missed as they say`() {
        var world = World()
        let policies: [Programme.LatePolicy] = [.startWhole, .startWhole, .skip, .joinInProgress]
        let programmes = (0..<10).map { number in
            var programme = Samples.programme("p\(number)", seconds: number == 5 ? 200 : 60)
            programme.whenLate = number == 5 ? .joinInProgress : policies[number % 3]
            return programme
        }
        world.publish(schedule: programmes)
        world.run(seconds: 1000)
        // Each lasts a minute and may begin for five: the first six of those that wait for their turn do. The one of 200 s is
        // joined after the two before it have sounded.
        let ends = (0..<10).map { world.end(Samples.occurrence("p\($0)")) }
        #expect(ends[0] == .finished && ends[1] == .finished)
        #expect(ends[2]?.kind == .missed && ends[8]?.kind == .missed)
        #expect(ends.allSatisfy { $0 != nil })
        #expect(world.story(Samples.occurrence("p3")).first?.startError == 120)
        #expect(world.story(Samples.occurrence("p4")).first?.startError == 180)
        #expect(world.terminal[Samples.occurrence("p5")]?.kind == .missed)
        #expect(world.violations.isEmpty)
    }

    @Test(arguments: [
        (Programme.LatePolicy.joinInProgress, 40.0, World.End.finished, 20_000),
        (.startWhole, 40, .finished, 60_000), (.skip, 40, World.End(kind: .missed, code: .expired), 0),
        (.joinInProgress, 70, World.End(kind: .missed, code: .expired), 0),
        (.startWhole, 301, World.End(kind: .missed, code: .expired), 0),
    ])
    func `one that cannot begin in time does as its whenLate says`(
        policy: Programme.LatePolicy, seconds: Double, end: World.End, heard: Int64
    ) throws {
        var world = World()
        var programme = Samples.programme("a")
        programme.whenLate = policy
        world.publish(schedule: [programme])
        world.publish([Samples.broadcast("b", .priority, in: world, seconds: Int(60 + seconds))])
        world.run(seconds: 600)
        let cue = Samples.occurrence("a")
        #expect(world.end(cue) == end)
        #expect(world.terminal[cue]?.framesHeard == heard)
        if policy == .joinInProgress, heard > 0 {
            let started = try #require(world.story(cue).first)
            #expect(abs((started.offset ?? 0) - seconds) < 0.1)
        }
        #expect(world.violations.isEmpty)
    }

    @Test func `a slot ends hard, and one that is as long as its slot is heard to its end`() {
        var world = World()
        var long = Samples.programme("long", seconds: 60)
        long.slot = 40
        var exact = Samples.programme("exact", at: "10:05:00", seconds: 60)
        exact.slot = 60
        var late = Samples.programme("late", at: "10:10:00", seconds: 60)
        late.slot = 90
        late.whenLate = .startWhole
        world.publish(schedule: [long, exact, late])
        world.publish([Samples.broadcast("b", in: world, after: 590, seconds: 60)])
        world.run(seconds: 1000)
        #expect(world.end(Samples.occurrence("long")) == .init(kind: .stopped, code: .slotEnd))
        #expect(world.terminal[Samples.occurrence("long")]?.framesHeard == 40_000)
        #expect(world.end(Samples.occurrence("exact", at: "10:05:00")) == .finished)
        #expect(world.end(Samples.occurrence("late", at: "10:10:00")) == .init(kind: .stopped, code: .slotEnd))
        #expect(world.terminal[Samples.occurrence("late", at: "10:10:00")]?.framesHeard == 40_000)
        #expect(world.violations.isEmpty)
    }

    @Test func `an interrupted programme goes on where it was, and not beyond its slot and grace`() {
        var world = World()
        var programme = Samples.programme("a")
        programme.grace = 30
        world.publish(schedule: [programme, Samples.programme("b", at: "10:05:00")])
        world.run(seconds: 80)
        world.publish([Samples.broadcast("e", .emergency, in: world, seconds: 50)])
        world.run(seconds: 100)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .stopped, code: .slotEnd))
        #expect(world.terminal[Samples.occurrence("a")]?.framesHeard == 40_000)
        world.run(seconds: 140)
        world.publish([Samples.broadcast("f", .emergency, in: world, seconds: 50)])
        world.run(seconds: 200)
        #expect(
            world.kinds(Samples.occurrence("b", at: "10:05:00")) == [.started, .interrupted, .resumed, .finished])
    }

    @Test func `one of class priority goes before one of class normal`() {
        var world = World()
        var second = Samples.programme("b")
        second.priority = .priority
        world.publish(schedule: [Samples.programme("a"), second])
        world.run(seconds: 70)
        #expect(world.heardNow.keys.sorted() == [Samples.occurrence("b")])
    }

    @Test func `a start in quiet hours is refused, and no frame of it is heard`() {
        var world = World()
        var settings = world.settingsOfDefault
        settings.quietHours = [.init(from: "10:01", to: "11:00")]
        world.set(settings)
        world.publish(schedule: [Samples.programme("a")])
        world.run(seconds: 100)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .refused, code: .quietHours))
        #expect(!world.effects.contains { if case .start = $0 { true } else { false } })
    }

    @Test func `the next occurrence supersedes one that still waits`() {
        var world = World()
        var programme = Samples.programme("a", seconds: 200, rrule: "FREQ=MINUTELY;INTERVAL=2")
        programme.whenLate = .joinInProgress
        world.publish(schedule: [programme])
        world.publish([Samples.broadcast("e", .emergency, in: world, seconds: 250)])
        world.run(seconds: 300)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .missed, code: .superseded))
        #expect(world.heardNow.keys.sorted() == [Samples.occurrence("a", at: "10:03:00")])
    }

    @Test func `a zone or a rule that cannot be read is told, and keeps no other from sounding`() {
        var world = World()
        var nowhere = Samples.programme("a")
        nowhere.start.zone = "Nowhere"
        world.publish(schedule: [nowhere, Samples.programme("b", rrule: "FREQ=OFTEN"), Samples.programme("c")])
        world.run(seconds: 200)
        let told = world.records.compactMap { record -> String? in
            if case .node(let event) = record, event.kind == .documentRefused { event.reason?.text } else { nil }
        }
        #expect(told.count == 2)
        #expect(told.first?.hasPrefix("programme a: start: there is no time zone “Nowhere”") == true)
        #expect(world.end(Samples.occurrence("c")) == .finished)
    }

    // MARK: - Audio

    private static func parts(_ whenLate: Programme.LatePolicy = .joinInProgress) -> Programme {
        var programme = Samples.programme("a")
        programme.whenLate = whenLate
        programme.blocks = [1, 2, 3].compactMap { Samples.audio($0, seconds: 10) }.map { .audio($0) }
        programme.blocks.insert(
            .relay(url: "http://vov.example", duration: 10, fallback: Samples.audio(4, seconds: 3)), at: 1)
        return programme
    }

    @Test func `audio is wanted in the order of its time, for the whole year, and then the rest of the manifest`()
        throws
    {
        var world = World()
        let later = Samples.programme("later", at: "2026-11-23T10:00:00", rrule: nil)
        let soon = Samples.programme("soon", at: "10:30:00", rrule: nil)
        let month = Samples.programme("month", at: "2026-12-21T10:00:00", rrule: nil)
        let year = Samples.programme("year", at: "2027-10-21T10:00:00", rrule: nil)
        let over = Samples.programme("over", at: "2025-11-23T10:00:00", rrule: nil)
        let extra = try #require(Samples.audio(99, seconds: 1))
        world.publish(
            schedule: [year, over, later, month, soon],
            manifest: year.content + over.content + later.content + month.content + [extra])
        #expect(world.wanted == soon.content + later.content + month.content + year.content + [extra])
        world.idle = 86_400_000
        world.run(seconds: 40 * 86_400)
        #expect(world.wanted == year.content + [extra])
    }

    @Test func `a programme begins in time without a part that is not there, and says so`() throws {
        var world = World()
        world.defaultContent = .missing
        let programme = Self.parts()
        world.publish(schedule: [programme])
        for number in [1, 3] { world.setContent(try #require(Samples.audio(number, seconds: 10)).sha256, .available) }
        world.run(seconds: 61)
        #expect(world.heardNow.count == 1)
        let order = world.effects.compactMap { if case .load(_, let order) = $0 { order } else { nil } }.last
        #expect(order?.blocks[1] == .relay(url: "http://vov.example", duration: 10, fallback: nil))
        #expect(order?.blocks[2] == .pause(duration: 10))
        world.run(seconds: 100)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .failed, code: .contentMissing))
        #expect(world.story(Samples.occurrence("a")).first?.startError == 0)
        #expect(world.terminal[Samples.occurrence("a")]?.reason?.text.hasPrefix("1 of 4 parts were silent") == true)
    }

    @Test func `audio that comes before the start is played`() throws {
        var world = World()
        world.defaultContent = .missing
        world.publish(schedule: [Self.parts()])
        world.run(seconds: 55)
        for number in 1...4 { world.setContent(try #require(Samples.audio(number, seconds: 10)).sha256, .available) }
        world.run(seconds: 100)
        #expect(world.end(Samples.occurrence("a")) == .finished)
        #expect(world.violations.isEmpty)
    }

    @Test func `a programme none of whose audio comes is missed, or failed when it never will`() throws {
        var world = World()
        world.defaultContent = .missing
        let programme = Samples.programme("a")
        world.publish(schedule: [programme, Samples.programme("b", at: "10:03:00")])
        world.run(seconds: 130)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .missed, code: .contentMissing))
        let audio = try #require(Samples.programme("b").content.first)
        world.setContent(audio.sha256, .failed(Reason(.contentCorrupt, "the hash differs")))
        world.run(seconds: 60)
        #expect(world.end(Samples.occurrence("b", at: "10:03:00")) == .init(kind: .failed, code: .contentCorrupt))
    }
}
