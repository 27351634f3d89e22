import Broadcasting
import Directing
import Testing

/// The clock is set while programmes sound, wait, are about to begin, or have just ended.
///
/// `a` is due at 10:01:00 and lasts 60 s; `b` is due at 10:01:10, lasts 120 s, and so waits for `a` and is joined after it. Both are
/// due each day. The laws, whatever the step and the moment:
///
/// 1. Nothing sounds twice, and nothing sounds by the new time that ended by the old one.
/// 2. Each occurrence that was due by the clock, or that the clock was set over, has one end.
/// 3. A step back lets go on what sounds, and puts off what has not begun. A step forward ends what is over by the new time, joins
///    what is in progress by it, and misses what it passed over.
/// 4. When the clock is right again, so is the schedule.
@Suite struct ClockStepTests {
    private static let hour = 3600.0
    private static let days = 3 * 86_400.0
    /// The world begins at 10:00:00 in Ho Chi Minh City on 21 November 2026.
    private static let since1970 = (Timestamp("2026-11-21T03:00:00Z") ?? .distantPast).seconds(
        since: Timestamp(nanoseconds: 0))

    /// What became of `a` and `b` of the day within ten minutes of the step, and how much of them was heard.
    struct Row: Sendable, CustomTestStringConvertible {
        var moment: String
        /// Seconds after 10:00:00 at which the clock is set by `step`.
        var at: Double
        var step: Double
        var first: World.End?
        var firstHeard: Int64
        var second: World.End?
        var secondHeard: Int64

        var testDescription: String { "\(moment), \(step) s" }
    }

    private static let missed = World.End(kind: .missed, code: .clockStepped)
    private static let cut = World.End(kind: .stopped, code: .slotEnd)

    static let rows: [Row] = [
        // While a sounds and b waits.
        Row(
            moment: "a sounds, b waits", at: 80, step: -hour, first: .finished, firstHeard: 60_000, second: nil,
            secondHeard: 0),
        Row(
            moment: "a sounds, b waits", at: 80, step: -since1970, first: .finished, firstHeard: 60_000, second: nil,
            secondHeard: 0),
        Row(
            moment: "a sounds, b waits", at: 80, step: hour, first: cut, firstHeard: 20_000,
            second: .init(kind: .missed, code: .clockStepped), secondHeard: 0),
        Row(
            moment: "a sounds, b waits", at: 80, step: days, first: cut, firstHeard: 20_000, second: missed,
            secondHeard: 0),
        // Three seconds before a is due: it is loaded.
        Row(moment: "before", at: 57, step: -hour, first: nil, firstHeard: 0, second: nil, secondHeard: 0),
        Row(moment: "before", at: 57, step: -since1970, first: nil, firstHeard: 0, second: nil, secondHeard: 0),
        Row(moment: "before", at: 57, step: hour, first: missed, firstHeard: 0, second: missed, secondHeard: 0),
        Row(moment: "before", at: 57, step: days, first: missed, firstHeard: 0, second: missed, secondHeard: 0),
        // One second before: its start has been ordered.
        Row(moment: "ordered", at: 59, step: -hour, first: nil, firstHeard: 0, second: nil, secondHeard: 0),
        Row(moment: "ordered", at: 59, step: -since1970, first: nil, firstHeard: 0, second: nil, secondHeard: 0),
        Row(moment: "ordered", at: 59, step: hour, first: missed, firstHeard: 0, second: missed, secondHeard: 0),
        Row(moment: "ordered", at: 59, step: days, first: missed, firstHeard: 0, second: missed, secondHeard: 0),
        // When both have sounded.
        Row(
            moment: "after", at: 200, step: -hour, first: .finished, firstHeard: 60_000, second: .finished,
            secondHeard: 70_000),
        Row(
            moment: "after", at: 200, step: -since1970, first: .finished, firstHeard: 60_000, second: .finished,
            secondHeard: 70_000),
        Row(
            moment: "after", at: 200, step: hour, first: .finished, firstHeard: 60_000, second: .finished,
            secondHeard: 70_000),
        Row(
            moment: "after", at: 200, step: days, first: .finished, firstHeard: 60_000, second: .finished,
            secondHeard: 70_000),
    ]

    @Test(arguments: rows) func `nothing twice, one end each, and right again when the clock is`(row: Row) throws {
        var world = World()
        world.idle = 3_600_000
        world.publish(schedule: [Samples.programme("a"), Samples.programme("b", at: "10:01:10", seconds: 120)])
        world.run(seconds: row.at)
        let sounding = Set(world.heardNow.keys)
        world.step(seconds: row.step)
        if row.step < 0 {
            #expect(Set(world.heardNow.keys) == sounding)
        } else {
            #expect(sounding.isDisjoint(with: world.heardNow.keys))
        }
        world.run(seconds: 600)
        let (a, b) = (Samples.occurrence("a"), Samples.occurrence("b", at: "10:01:10"))
        #expect(world.end(a) == row.first)
        #expect(world.terminal[a]?.framesHeard ?? 0 == row.firstHeard)
        #expect(world.end(b) == row.second)
        #expect(world.terminal[b]?.framesHeard ?? 0 == row.secondHeard)
        // Put right again; and the clock has passed those three days.
        world.step(seconds: -row.step)
        world.run(seconds: 5 * 86_400)
        for day in 21...25 {
            let ends = [Samples.occurrence("a", day: day), Samples.occurrence("b", at: "10:01:10", day: day)]
            for cue in ends { #expect(world.terminal[cue] != nil, "\(cue)") }
        }
        #expect(world.end(Samples.occurrence("a", day: 25)) == .finished)
        #expect(world.terminal[Samples.occurrence("b", at: "10:01:10", day: 25)]?.framesHeard == 70_000)
        world.checkEnd()
        #expect(world.violations.isEmpty)
    }

    /// Three days forward, at the very time of day at which the programmes are due: those of the new day are in progress.
    @Test func `what is in progress by the new time is joined`() throws {
        var world = World()
        world.publish(schedule: [Samples.programme("a")])
        world.run(seconds: 80)
        world.step(seconds: Self.days)
        world.run(seconds: 120)
        let joined = try #require(world.story(Samples.occurrence("a", day: 24)).first)
        #expect(joined.offset == 20)
        #expect(world.terminal[Samples.occurrence("a", day: 24)]?.framesHeard == 40_000)
        #expect(world.violations.isEmpty)
    }
}
