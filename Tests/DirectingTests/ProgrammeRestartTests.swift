import Broadcasting
import Directing
import FoundationEssentials
import Testing

/// Programmes over the end of the program, of the power, and of their documents.
@Suite struct ProgrammeRestartTests {
    private static func world(_ whenLate: Programme.LatePolicy, seconds: Int = 60) -> World {
        var world = World()
        var programme = Samples.programme("a", seconds: seconds)
        programme.whenLate = whenLate
        world.publish(schedule: [programme])
        return world
    }

    /// Each tenth of a second of the start, and each second of the rest.
    @Test(arguments: [Programme.LatePolicy.joinInProgress, .startWhole, .skip])
    func `killed at any instant, the rest is played as whenLate says, nothing twice, with one end`(
        policy: Programme.LatePolicy
    ) throws {
        let instants = (0..<40).map { 58 + Double($0) / 10 } + (0..<62).map { 62 + Double($0) }
        for instant in instants {
            for off in [0.0, 0.4, 7] {
                var world = Self.world(policy)
                world.run(seconds: instant)
                world.restart(afterSeconds: off)
                world.run(seconds: 200)
                let cue = Samples.occurrence("a")
                try #require(world.violations.isEmpty, "\(instant) \(off): \(world.violations)")
                let end = try #require(world.terminal[cue], "\(instant) \(off)")
                let kinds = world.kinds(cue)
                let died = (60.0..<120).contains(instant) && kinds.first == .started
                if died, policy == .joinInProgress, instant + off < 118 {
                    try #require(kinds == [.started, .interrupted, .resumed, .interrupted], "\(instant) \(off)")
                    // All but what passed while it was off, and the time that it takes to be ready.
                    let heard = Double(try #require(end.framesHeard)) / 1000
                    try #require(abs(heard - (60 - off)) < 0.01, "\(instant) \(off): \(heard)")
                } else if died {
                    try #require(end.kind == .interrupted && end.reason?.code == .nodeDied, "\(instant) \(off)")
                } else if instant + off < 60 || instant >= 120 {
                    try #require(end.kind == .finished && end.framesHeard == 60_000, "\(instant) \(off)")
                }
            }
        }
    }

    @Test(arguments: [0.1, 0.5, 1]) func `what was heard last and is not known twice is heard once`(lag: Double) {
        for tenth in 600..<640 {
            var world = Self.world(.joinInProgress)
            world.run(seconds: Double(tenth) / 10)
            world.restart(knowingLess: lag)
            world.run(seconds: 100)
            #expect(world.violations.isEmpty, "killed after \(tenth) tenths")
        }
    }

    @Test func `killed twice it goes on twice, and its end tells all that was heard`() {
        var world = Self.world(.joinInProgress)
        world.run(seconds: 70)
        world.restart(afterSeconds: 5)
        world.run(seconds: 10)
        world.restart(afterSeconds: 5)
        world.run(seconds: 100)
        let cue = Samples.occurrence("a")
        #expect(world.kinds(cue) == [.started, .interrupted, .resumed, .interrupted, .resumed, .interrupted])
        #expect(world.story(cue).compactMap(\.offset) == [15, 30])
        #expect(world.terminal[cue]?.framesHeard == 50_000)
        #expect(world.terminal[cue]?.reason?.code == .nodeDied)
        #expect(world.violations.isEmpty)
    }

    /// Twenty seconds of a file and forty of a relay, from the minute on.
    private static func relayed() -> World {
        var world = World()
        var programme = Samples.programme("a", seconds: 20)
        programme.blocks.append(.relay(url: "http://station", duration: 40, fallback: nil))
        programme.whenLate = .joinInProgress
        world.publish(schedule: [programme])
        return world
    }

    @Test(
        arguments: [
            // Before the relay nothing of its account is lost.
            (70, false, 40, 1, nil), (90, false, 30, 1, true), (90, true, 40, 2, nil),
        ] as [(Double, Bool, Double, Int, Bool?)])
    func `over the program's end the account of its relays is whole, or says that it is not`(
        instant: Double, inOrder: Bool, live: Double, reconnects: Int, partial: Bool?
    ) throws {
        var world = Self.relayed()
        world.run(seconds: instant)
        if inOrder { world.stop() }
        world.restart()
        world.run(seconds: 100)
        let end = try #require(world.terminal[Samples.occurrence("a")])
        let relay = try #require(end.relay)
        #expect(abs(relay.live - live) < 0.1)
        #expect(relay.reconnects == reconnects)
        #expect(relay.partial == partial)
        #expect(abs(Double(end.framesHeard ?? 0) - 60_000) < 100)
        #expect(world.violations.isEmpty)
    }

    @Test func `killed within a relay and back after its slot, its end says that nothing is known of it`() throws {
        var world = Self.relayed()
        world.run(seconds: 90)
        world.restart(afterSeconds: 1000)
        world.run(seconds: 10)
        let end = try #require(world.terminal[Samples.occurrence("a")])
        #expect(end.framesHeard == 30_000)
        #expect(end.relay?.partial == true)
        #expect(end.relay?.live == 0)
    }

    @Test func `stopped in good order it goes on as well`() {
        var world = Self.world(.joinInProgress)
        world.run(seconds: 70)
        world.stop()
        #expect(world.kinds(Samples.occurrence("a")) == [.started, .interrupted])
        #expect(world.terminal.isEmpty)
        world.restart(afterSeconds: 10)
        world.run(seconds: 100)
        #expect(world.terminal[Samples.occurrence("a")]?.framesHeard == 50_000)
        #expect(world.violations.isEmpty)
    }

    @Test func `back only after its slot, it ends as interrupted, and is not played`() {
        var world = Self.world(.joinInProgress)
        world.run(seconds: 70)
        world.restart(afterSeconds: 1000)
        world.run(seconds: 10)
        #expect(world.kinds(Samples.occurrence("a")) == [.started, .interrupted])
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .interrupted, code: .nodeDied))
        #expect(world.terminal[Samples.occurrence("a")]?.framesHeard == 10_000)
    }

    @Test func `back without a trusted clock, it waits for trust`() {
        var world = Self.world(.joinInProgress)
        world.run(seconds: 70)
        world.isClockTrusted = false
        world.restart()
        world.run(seconds: 10)
        #expect(world.heardNow.isEmpty)
        world.isClockTrusted = true
        world.tell(.timer)
        world.run(seconds: 100)
        #expect(world.terminal[Samples.occurrence("a")]?.framesHeard == 50_000)
        #expect(world.violations.isEmpty)
    }

    @Test(arguments: [
        (Programme.LatePolicy.joinInProgress, World.End.finished, 30_000 as Int64),
        (.startWhole, .finished, 60_000 as Int64), (.skip, World.End(kind: .missed, code: .nodeOff), 0 as Int64),
    ])
    func `a boot in the middle of a programme follows whenLate`(
        policy: Programme.LatePolicy, end: World.End, heard: Int64
    ) {
        var world = Self.world(policy)
        world.restart(afterSeconds: 90)
        world.run(seconds: 200)
        #expect(world.end(Samples.occurrence("a")) == end)
        #expect(world.terminal[Samples.occurrence("a")]?.framesHeard == heard)
        #expect(world.violations.isEmpty)
    }

    @Test func `what was due while the node was off is missed, each once, and the next plays`() {
        var world = Self.world(.joinInProgress)
        world.idle = 3_600_000
        world.restart(afterSeconds: 10 * 86_400)
        world.run(seconds: 10)
        #expect(world.terminal.count == 10)
        #expect(world.terminal.values.allSatisfy { $0.kind == .missed && $0.reason?.code == .nodeOff })
        world.restart()
        world.run(seconds: 200)
        #expect(world.end(Samples.occurrence("a", at: "2026-12-01T10:01:00")) == .finished)
        #expect(world.terminal.count == 11)
        #expect(world.violations.isEmpty)
    }

    @Test func `a device that is lost delays, and a programme is joined when it is back`() {
        var world = Self.world(.joinInProgress)
        world.loseDevice()
        world.run(seconds: 80)
        world.restoreDevice()
        world.run(seconds: 100)
        #expect(world.story(Samples.occurrence("a")).first?.offset == 20)
        #expect(world.end(Samples.occurrence("a")) == .finished)
        world = Self.world(.startWhole)
        world.loseDevice()
        world.run(seconds: 400)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .missed, code: .deviceLost))
    }

    // MARK: - Documents

    @Test func `a node that is new to a schedule misses nothing of its past, and joins what is in progress`() {
        var world = World()
        world.publish(
            schedule: [Samples.programme("a", at: "09:59:30"), Samples.programme("b", at: "08:00:00")],
            issuedAt: world.wall.advanced(bySeconds: -86_400))
        world.run(seconds: 100)
        #expect(world.terminal.count == 1)
        #expect(world.story(Samples.occurrence("a", at: "09:59:30")).first?.offset == 30)
    }

    @Test func `what is added to a known schedule is due from its issue on, also where it comes late`() {
        var world = World()
        let first = Samples.programme("a", at: "2026-11-21T09:00:00")
        world.publish(schedule: [first])
        world.run(seconds: 3600)
        let issued = world.wall.advanced(bySeconds: -1800)
        world.publish(
            schedule: [
                first, Samples.programme("b", at: "2026-11-21T10:20:00"), Samples.programme("c", at: "10:40:00"),
            ], issuedAt: issued)
        world.run(seconds: 10)
        #expect(world.terminal.keys.sorted() == [Samples.occurrence("c", at: "10:40:00")])
        #expect(world.end(Samples.occurrence("c", at: "10:40:00"))?.kind == .missed)
    }

    @Test func `an edit moves what has not begun, and brings nothing back that was played`() {
        var world = World()
        var programme = Samples.programme("a")
        world.publish(schedule: [programme])
        world.run(seconds: 55)
        programme.start.local = "2026-11-21T10:03:00"
        world.publish(schedule: [programme])
        world.run(seconds: 100)
        #expect(world.terminal.isEmpty)
        world.run(seconds: 30)
        #expect(world.heardNow.keys.sorted() == [Samples.occurrence("a", at: "10:03:00")])
        // Back before its time: of today it has been.
        programme.start.local = "2026-11-21T10:02:00"
        world.publish(schedule: [programme])
        world.run(seconds: 200)
        #expect(world.terminal.keys.sorted() == [Samples.occurrence("a", at: "10:03:00")])
        // The same local time in another zone is the same name, and has been played.
        programme.start.local = "2026-11-21T10:03:00"
        programme.start.zone = "UTC"
        world.publish(schedule: [programme])
        world.idle = 3_600_000
        world.run(seconds: 86_400)
        #expect(world.terminal.count == 1)
        world.run(seconds: 86_400)
        #expect(world.terminal.count == 2)
        #expect(world.violations.isEmpty)
    }

    @Test func `an exception for a day of mourning keeps that day silent`() {
        var world = World()
        var programme = Samples.programme("a")
        world.publish(schedule: [programme])
        world.idle = 3_600_000
        world.run(seconds: 3600)
        programme.start.exdate = ["2026-11-22T10:01:00"]
        world.publish(schedule: [programme])
        world.run(seconds: 2 * 86_400)
        #expect(
            world.terminal.keys.sorted() == [Samples.occurrence("a", day: 21), Samples.occurrence("a", day: 23)])
    }

    @Test func `withdrawn while it sounds it stops; while it waits it never starts; put back it goes on tomorrow`() {
        var world = World()
        let programmes = [Samples.programme("a"), Samples.programme("b", at: "10:01:10")]
        world.publish(schedule: programmes)
        world.run(seconds: 80)
        world.publish(schedule: [])
        world.run(seconds: 60)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .stopped, code: .withdrawn))
        #expect(world.end(Samples.occurrence("b", at: "10:01:10")) == .init(kind: .stopped, code: .withdrawn))
        world.publish(schedule: programmes)
        world.run(seconds: 600)
        #expect(world.terminal.count == 2)
        world.idle = 3_600_000
        world.run(seconds: 86_400)
        #expect(world.end(Samples.occurrence("a", day: 22)) == .finished)
        #expect(world.violations.isEmpty)
    }

    @Test func `what the node obeys again after a while was none of its meanwhile`() {
        var world = World()
        let commune = Scope("commune.cam-giang") ?? World.scope
        world.set(world.settingsOfDefault)
        world.publish(schedule: [Samples.programme("a", rrule: "FREQ=HOURLY")], to: commune)
        world.run(seconds: 200)
        var elsewhere = world.settingsOfDefault
        elsewhere.scopes = []
        world.set(elsewhere)
        world.run(seconds: 3 * 3600)
        world.set(world.settingsOfDefault)
        world.run(seconds: 3600)
        #expect(world.terminal.keys.sorted() == ["10:01:00", "14:01:00"].map { Samples.occurrence("a", at: $0) })
        #expect(world.violations.isEmpty)
    }

    @Test func `what comes due as its schedule changes is due by the old one`() {
        var world = World()
        let programmes = [Samples.programme("a"), Samples.programme("b", at: "10:01:10")]
        world.publish(schedule: programmes)
        world.run(seconds: 69)
        world.player.advance(to: world.player.clock + 2000, wallOffset: world.wallOffset)
        world.publish(schedule: [programmes[0]])
        world.run(seconds: 100)
        #expect(world.end(Samples.occurrence("b", at: "10:01:10")) == .init(kind: .stopped, code: .withdrawn))
        #expect(world.end(Samples.occurrence("a")) == .finished)
    }

    @Test func `a schedule told again changes nothing`() {
        var world = World()
        let programmes = [Samples.programme("a"), Samples.programme("b", at: "10:05:00")]
        world.publish(schedule: programmes)
        world.run(seconds: 70)
        let count = world.log.count
        world.publish(schedule: programmes)
        #expect(world.log.dropFirst(count).allSatisfy { $0.effects.isEmpty })
    }

    @Test func `a memory without programmes is read, and a year leaves it small`() throws {
        let old = #"{"broadcasts":{},"halts":{},"passed":"2026-11-21T03:00:00.000Z"}"#
        _ = try Wire.decode(Director.Memory.self, from: .init(old.utf8))
        var world = World()
        world.keepsLog = false
        world.idle = 86_400_000
        world.publish(schedule: [Samples.programme("a"), Samples.programme("b", at: "17:00:00")])
        world.run(seconds: 365 * 86_400)
        #expect(world.terminal.count == 730)
        #expect(world.terminal.values.allSatisfy { $0.kind == .finished })
        #expect(try Wire.encode(world.director.memory).count < 1000)
        #expect(world.violations.isEmpty)
    }
}
