import Broadcasting
import Directing
import Testing

/// Sessions and seconds of a day and a week. The world begins on a Saturday.
@Suite struct UseLimitTests {
    private static func world(_ change: (inout NodeSettings.Limits) -> Void) -> World {
        var world = World()
        world.idle = 3_600_000
        var settings = world.settingsOfDefault
        change(&settings.limits)
        world.set(settings)
        return world
    }

    @Test func `two sessions of fifteen minutes a day, Monday to Friday`() {
        var world = Self.world {
            $0.sessionDuration = 900
            $0.day = UseLimit(sessions: 2)
            $0.days = [.monday, .tuesday, .wednesday, .thursday, .friday]
        }
        let times = ["11:00:00", "17:00:00", "18:00:00"]
        world.publish(
            schedule: times.map { Samples.programme("p\($0.prefix(2))", at: $0, seconds: $0 == "17:00:00" ? 1000 : 60) }
        )
        world.run(seconds: 3 * 86_400)
        let ends = { (day: Int) in times.map { world.end(Samples.occurrence("p\($0.prefix(2))", at: $0, day: day)) } }
        let refused = World.End(kind: .refused, code: .useLimit)
        #expect(ends(21) == [refused, refused, refused])
        #expect(ends(22) == [refused, refused, refused])
        #expect(ends(23) == [.finished, .init(kind: .stopped, code: .maximumDuration), refused])
        #expect(world.violations.isEmpty)
    }

    @Test func `broadcasts count too, an emergency neither counts nor is refused, and a restart forgets nothing`() {
        var world = Self.world { $0.day = UseLimit(sessions: 2) }
        world.publish(schedule: [Samples.programme("a")])
        world.publish([Samples.broadcast("e", .emergency, in: world)])
        world.run(seconds: 200)
        world.publish([Samples.broadcast("b", in: world)])
        world.run(seconds: 20)
        world.restart()
        world.publish([Samples.broadcast("c", in: world), Samples.broadcast("f", .emergency, in: world)])
        world.run(seconds: 60)
        #expect(world.end(Samples.occurrence("a")) == .finished)
        #expect(world.end(Samples.cue("b")) == .finished)
        #expect(world.end(Samples.cue("c")) == .init(kind: .refused, code: .useLimit))
        #expect(world.end(Samples.cue("e")) == .finished)
        #expect(world.end(Samples.cue("f")) == .finished)
        world.run(seconds: 86_400)
        #expect(world.end(Samples.occurrence("a", day: 22)) == .finished)
    }

    @Test func `the seconds of a day and of a week are not passed`() {
        var world = Self.world {
            $0.day = UseLimit(seconds: 100)
            $0.week = UseLimit(seconds: 250)
        }
        world.publish(schedule: [Samples.programme("a"), Samples.programme("b", at: "12:00:00")])
        world.run(seconds: 4 * 86_400)
        func heard(_ id: String, _ time: String, _ day: Int) -> Int64? {
            world.terminal[Samples.occurrence(id, at: time, day: day)]?.framesHeard
        }
        // A cue that comes to the limit has a second to end by itself.
        #expect(heard("a", "10:01:00", 21) == 60_000)
        #expect(heard("b", "12:00:00", 21) == 41_000)
        #expect(world.end(Samples.occurrence("b", at: "12:00:00")) == .init(kind: .stopped, code: .useLimit))
        // Monday begins a new week.
        #expect(heard("a", "10:01:00", 23) == 60_000)
        #expect(world.terminal.count == 8)
        #expect(world.violations.isEmpty)
    }

    @Test func `what is killed and goes on is one session`() {
        var world = Self.world { $0.day = UseLimit(sessions: 1) }
        world.publish(schedule: [Samples.programme("a")])
        world.run(seconds: 80)
        world.restart()
        world.run(seconds: 100)
        #expect(world.terminal[Samples.occurrence("a")]?.framesHeard == 60_000)
    }

    @Test func `what was killed counts for what was heard of it, once, whatever it is`() {
        var world = Self.world { $0.day = UseLimit(seconds: 100) }
        world.publish([Samples.broadcast("b", in: world, seconds: 60)])
        world.run(seconds: 20)
        // Interrupted, so that a part of it is counted when the program dies.
        world.publish(
            [Samples.broadcast("e", .emergency, in: world, seconds: 10)], to: Scope("commune.cam-giang") ?? World.scope)
        world.run(seconds: 20)
        world.restart()
        #expect(world.terminal[Samples.cue("b")]?.framesHeard == 30_000)
        world.publish(schedule: [Samples.programme("a", seconds: 300)])
        world.run(seconds: 600)
        #expect(world.end(Samples.occurrence("a")) == .init(kind: .stopped, code: .useLimit))
        #expect(world.terminal[Samples.occurrence("a")]?.framesHeard == 71_000)
        #expect(world.violations.isEmpty)
    }

    @Test func `what sounds over midnight counts for both days`() {
        var world = Self.world { $0.day = UseLimit(seconds: 100) }
        world.publish(schedule: [
            Samples.programme("a", at: "2026-11-21T23:59:00", seconds: 120),
            Samples.programme("b", at: "2026-11-22T05:00:00", seconds: 60),
        ])
        world.run(seconds: 86_400)
        #expect(world.end(Samples.occurrence("a", at: "23:59:00")) == .finished)
        #expect(world.terminal[Samples.occurrence("b", at: "05:00:00", day: 22)]?.framesHeard == 41_000)
    }
}
