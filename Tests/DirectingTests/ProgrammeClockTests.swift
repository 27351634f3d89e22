import Broadcasting
import Directing
import Testing

/// What becomes of programmes when the clock is set, or is not trusted. 10:00 in Ho Chi Minh City is where the world begins.
@Suite struct ProgrammeClockTests {
    private static func hourly(_ whenLate: Programme.LatePolicy = .joinInProgress, seconds: Int = 60) -> Programme {
        var programme = Samples.programme("a", at: "10:01:00", seconds: seconds, rrule: "FREQ=HOURLY")
        programme.whenLate = whenLate
        return programme
    }

    @Test func `while the clock is not trusted nothing of a schedule begins, and then it says so`() {
        var world = World()
        world.isClockTrusted = false
        world.publish(schedule: [Self.hourly()], issuedAt: world.wall)
        world.run(seconds: 2 * 3600)
        #expect(world.records.isEmpty)
        world.isClockTrusted = true
        world.run(seconds: 3600)
        #expect(world.end(Samples.occurrence("a", at: "12:01:00")) == .finished)
        #expect(world.terminal.count == 1)
        // Known and held while trust is away: what it passed over is missed.
        world.isClockTrusted = false
        world.tell(.timer)
        world.run(seconds: 2 * 3600)
        world.isClockTrusted = true
        world.run(seconds: 10)
        #expect(world.end(Samples.occurrence("a", at: "13:01:00"))?.kind == .missed)
        #expect(world.end(Samples.occurrence("a", at: "14:01:00"))?.kind == .missed)
        #expect(world.terminal.count == 3)
        #expect(world.violations.isEmpty)
    }

    @Test func `what sounds when trust is lost goes on, to its slot by the monotonic clock`() {
        var world = World()
        var programme = Self.hourly()
        programme.slot = 30
        world.publish(schedule: [programme])
        world.run(seconds: 70)
        world.isClockTrusted = false
        world.tell(.timer)
        world.run(seconds: 100)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .stopped, code: .slotEnd))
        #expect(world.terminal[Samples.occurrence("a")]?.framesHeard == 30_000)
    }

    @Test(arguments: [-3600.0, -7200])
    func `an hour back replays nothing: what was played stays played`(step: Double) {
        var world = World()
        world.publish(schedule: [Self.hourly()])
        world.run(seconds: 3600 + 1800)
        #expect(world.terminal.count == 2)
        world.step(seconds: step)
        world.run(seconds: -step)
        #expect(world.terminal.count == 2)
        world.run(seconds: 3600)
        #expect(world.end(Samples.occurrence("a", at: "12:01:00")) == .finished)
        #expect(world.terminal.count == 3)
        #expect(world.violations.isEmpty)
    }

    @Test func `an hour forward misses what it jumped over, and joins what is in progress`() throws {
        var world = World()
        world.publish(schedule: [Self.hourly()])
        world.run(seconds: 30)
        world.step(seconds: 2 * 3600 + 60)
        world.run(seconds: 60)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .missed, code: .clockStepped))
        #expect(world.end(Samples.occurrence("a", at: "11:01:00")) == .init(kind: .missed, code: .clockStepped))
        let joined = try #require(world.story(Samples.occurrence("a", at: "12:01:00")).first)
        #expect(joined.offset == 30)
        #expect(world.terminal[Samples.occurrence("a", at: "12:01:00")]?.framesHeard == 30_000)
        #expect(world.violations.isEmpty)
    }

    @Test func `a step forward ends what sounds when its slot has passed`() {
        var world = World()
        world.publish(schedule: [Self.hourly()])
        world.run(seconds: 80)
        world.step(seconds: 1800)
        world.run(seconds: 1)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .stopped, code: .slotEnd))
        #expect(world.terminal[Samples.occurrence("a")]?.framesHeard == 20_000)
    }

    @Test func `three days forward misses each of them, and coming back repeats none`() {
        var world = World()
        world.publish(schedule: [Self.hourly(.startWhole)])
        world.step(seconds: 3 * 86_400)
        world.run(seconds: 120)
        let missed = world.terminal.values.filter { $0.kind == .missed }
        #expect(missed.count == 72)
        #expect(missed.allSatisfy { $0.reason?.code == .clockStepped })
        #expect(world.end(Samples.occurrence("a", day: 24)) == .finished)
        world.step(seconds: -3 * 86_400)
        world.run(seconds: 3600)
        #expect(world.terminal.count == 73)
        #expect(world.violations.isEmpty)
    }

    @Test func `a clock that is years ahead for a while does not silence the schedule afterwards`() throws {
        var world = World()
        world.idle = 3_600_000
        world.publish(schedule: [Self.hourly()])
        world.run(seconds: 1800)
        world.step(seconds: 20 * 365 * 86_400)
        world.run(seconds: 3600)
        // Those of the last month are told one by one, the others by the first of them.
        #expect(world.terminal.values.count { $0.kind == .missed } < 31 * 24 + 3)
        #expect(world.terminal.values.count { $0.reason?.text.contains("so was all since") == true } == 1)
        world.step(seconds: -20 * 365 * 86_400)
        world.run(seconds: 3600)
        #expect(world.end(Samples.occurrence("a", at: "12:01:00")) == .finished)
        world.restart()
        world.run(seconds: 3600)
        #expect(world.end(Samples.occurrence("a", at: "13:01:00")) == .finished)
        #expect(try Wire.encode(world.director.memory).count < 1500)
        #expect(world.violations.isEmpty)
    }

    @Test(arguments: [true, false])
    func `to 1970 and back: nothing sounds there, and what passed meanwhile is missed`(trusted: Bool) {
        var world = World()
        let offset = world.wallOffset
        world.publish(schedule: [Self.hourly()])
        world.run(seconds: 1800)
        world.isClockTrusted = trusted
        world.step(seconds: -Double(offset) / 1000)
        world.run(seconds: 3 * 3600)
        #expect(world.terminal.count == 1)
        world.isClockTrusted = true
        world.step(seconds: Double(offset) / 1000)
        world.run(seconds: 3600)
        #expect(world.end(Samples.occurrence("a")) == .finished)
        for time in ["11:01:00", "12:01:00", "13:01:00"] {
            #expect(world.end(Samples.occurrence("a", at: time))?.kind == .missed)
        }
        #expect(world.end(Samples.occurrence("a", at: "14:01:00")) == .finished)
        #expect(world.violations.isEmpty)
    }

    @Test func `a step while a start is ordered moves the start`() throws {
        var world = World()
        world.publish(schedule: [Self.hourly()])
        world.run(seconds: 59)
        world.step(seconds: -10)
        world.run(seconds: 9)
        #expect(world.heardNow.isEmpty)
        world.run(seconds: 3)
        let started = try #require(world.story(Samples.occurrence("a")).first)
        #expect(abs(started.startError ?? 9) < 0.01)
        #expect(world.violations.isEmpty)
    }
}
