import Broadcasting
import Directing
import Testing

/// What makes calendars difficult: midnight, months of many lengths, and clocks that are changed.
@Suite struct ProgrammeCalendarTests {
    @Test func `a programme across midnight is one occurrence, and in quiet hours it stops`() {
        for (quiet, end) in [(false, World.End.finished), (true, .init(kind: .stopped, code: .quietHours))] {
            var world = World()
            var settings = world.settingsOfDefault
            settings.quietHours = quiet ? [.init(from: "00:00", to: "05:00")] : []
            world.set(settings)
            world.publish(schedule: [Samples.programme("a", at: "23:59:30")])
            world.run(seconds: 15 * 3600)
            #expect(world.end(Samples.occurrence("a", at: "23:59:30")) == end)
            #expect(world.terminal[Samples.occurrence("a", at: "23:59:30")]?.framesHeard == (quiet ? 30_000 : 60_000))
            #expect(world.terminal.count == 1)
            #expect(world.violations.isEmpty)
        }
    }

    @Test(arguments: [
        (
            "2026-12-31T08:00:00", "FREQ=MONTHLY;BYMONTHDAY=31",
            ["2026-12-31", "2027-01-31", "2027-03-31", "2027-05-31"]
        ),
        ("2028-02-29T08:00:00", "FREQ=YEARLY", ["2028-02-29"]),
        ("2026-11-22T08:00:00", "FREQ=WEEKLY;BYDAY=SU;COUNT=2", ["2026-11-22", "2026-11-29"]),
    ])
    func `the 31st and 29 February come when the calendar has them`(start: String, rule: String, days: [String]) {
        var world = World()
        world.publish(schedule: [Samples.programme("a", at: start, rrule: rule)])
        world.idle = 86_400_000
        world.run(seconds: (days[0].hasPrefix("2028") ? 900 : 200) * 86_400)
        #expect(world.terminal.keys.sorted() == days.map { Samples.occurrence("a", at: "\($0)T08:00:00") })
        #expect(world.terminal.values.allSatisfy { $0.kind == .finished })
        #expect(world.violations.isEmpty)
    }

    @Test func `a gap moves a start to its end, and of a fold the first pass counts`() {
        var world = World(at: Timestamp("2027-03-27T12:00:00Z") ?? .distantPast)
        var programme = Samples.programme("a", at: "2027-03-27T02:30:00")
        programme.start.zone = "Europe/Berlin"
        world.publish(schedule: [programme])
        world.run(seconds: 86_400)
        #expect(world.terminal.keys.sorted() == [Samples.occurrence("a", at: "2027-03-28T02:30:00")])
        #expect(world.terminal.values.first?.due == Timestamp("2027-03-28T01:00:00Z"))
        world = World(at: Timestamp("2027-10-30T12:00:00Z") ?? .distantPast)
        world.publish(schedule: [programme])
        world.run(seconds: 86_400)
        #expect(world.terminal.keys.sorted() == [Samples.occurrence("a", at: "2027-10-31T02:30:00")])
        #expect(world.terminal.values.first?.due == Timestamp("2027-10-31T00:30:00Z"))
    }

    /// The law: an occurrence is a time on the wall. Whether the clocks are changed moves the instants, never the local times.
    @Test(arguments: [("Asia/Ho_Chi_Minh", [22]), ("Europe/Berlin", [3, 4])] as [(String, Set<Int64>)])
    func `a year of mornings at five is each day's five o'clock on the wall, with and without summer time`(
        zone: String, hours: Set<Int64>
    ) throws {
        var world = World()
        world.keepsLog = false
        world.idle = 86_400_000
        var programme = Samples.programme("a", at: "2026-11-22T05:00:00")
        programme.start.zone = zone
        world.publish(schedule: [programme])
        world.run(seconds: 366 * 86_400)
        #expect(world.terminal.count == 365 || world.terminal.count == 366)
        #expect(world.terminal.keys.allSatisfy { $0.programme?.localStart.hasSuffix("T05:00:00") == true })
        #expect(world.terminal.values.allSatisfy { $0.kind == .finished })
        let dues = world.terminal.values.compactMap(\.due)
        #expect(Set(dues.map { $0.nanoseconds / 3_600_000_000_000 % 24 }) == hours)
        #expect(world.violations.isEmpty)
    }

    /// The law: quiet hours are hours on the wall. The node is told of nothing but what it asked for.
    @Test(arguments: [
        // In the gap of 28 March two o'clock is three o'clock.
        ("2027-03-28T00:50:00Z", "03:00", "04:00", "2027-03-28T01:00:00Z"),
        // Quiet begins in the second pass of a time whose first pass it let by.
        ("2026-10-25T00:50:00Z", "02:30", "02:40", "2026-10-25T01:30:00Z"),
    ])
    func `quiet begins in time in the night in which the clocks are changed`(
        start: String, from: String, to: String, begins: String
    ) throws {
        var world = World(at: try #require(Timestamp(start)))
        world.idle = 86_400_000
        var settings = world.settingsOfDefault
        settings.timeZone = "Europe/Berlin"
        settings.quietHours = [NodeSettings.QuietHours(from: from, to: to)]
        world.set(settings)
        world.publish([Samples.broadcast("b", in: world, seconds: 3000)])
        world.run(seconds: 4000)
        #expect(world.end(Samples.cue("b")) == .init(kind: .stopped, code: .quietHours))
        let quiet = try #require(Timestamp(begins)).seconds(since: try #require(Timestamp(start)))
        #expect(world.terminal[Samples.cue("b")]?.framesHeard == Int64(quiet * 1000))
    }
}
