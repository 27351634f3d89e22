import Broadcasting
import Scheduling
import Testing
import ZoneReading

@testable import Timetabling

@Suite struct TimetableTests {
    private static let zone = "Asia/Ho_Chi_Minh"
    private static let zones = ZoneDatabase()
    private static let commune = scope("commune.cam-giang")
    private static let hamlet = scope("hamlet.an-thai")

    private static func scope(_ text: String) -> Scope {
        guard let scope = Scope(text) else { preconditionFailure("not a scope: \(text)") }
        return scope
    }

    private static func programme(
        _ id: String, _ local: String, _ rule: String? = "FREQ=DAILY", minutes: Double = 15
    ) -> Programme {
        Programme(
            id: ProgrammeID(unchecked: id), title: id, class: .normal,
            start: Programme.Start(local: local, zone: zone, rrule: rule), blocks: [.pause(duration: minutes * 60)])
    }

    private static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    private func clashes(_ schedules: [Scope: [Programme]], nodes: [NodeID: Set<Scope>] = [:]) throws -> [Clash] {
        try Timetable(schedules, rules: Self.zones.rules).clashes(
            from: Self.time("2026-11-23T00:00:00+07:00"), to: Self.time("2026-12-23T00:00:00+07:00"), nodes: nodes
        ).found
    }

    @Test func `occurrences come in order, from the first instant on and before the last`() throws {
        let timetable = Timetable(
            [
                Self.commune: [
                    Self.programme("chieu", "2026-11-23T17:00:00"), Self.programme("sang", "2026-11-23T05:00:00"),
                ],
                Self.hamlet: [Self.programme("thon", "2026-11-24T05:00:00", nil)],
            ], rules: Self.zones.rules)
        let (from, to) = (try Self.time("2026-11-23T05:00:00+07:00"), try Self.time("2026-11-24T17:00:00+07:00"))
        let due = timetable.occurrences(from: from, to: to).occurrences
        #expect(due.map(\.programme.rawValue) == ["sang", "chieu", "sang", "thon"])
        #expect(
            due.map(\.localStart) == [
                "2026-11-23T05:00:00", "2026-11-23T17:00:00", "2026-11-24T05:00:00", "2026-11-24T05:00:00",
            ])
        #expect(due[0].end.seconds(since: due[0].start) == 900)
        #expect(timetable.occurrences(from: from, to: to, scopes: [Self.hamlet]).occurrences.count == 1)
    }

    @Test(
        arguments: [
            ("2026-11-23T05:10:00", 1), ("2026-11-23T05:15:00", 0), ("2026-11-23T04:50:00", 1),
            ("2026-11-23T04:45:00", 0), ("2026-11-23T05:00:00", 1),
        ])
    func `programmes of one scope clash where they overlap, and not where they touch`(start: String, count: Int) throws
    {
        let clashes = try clashes([
            Self.commune: [Self.programme("a", "2026-11-23T05:00:00"), Self.programme("b", start)]
        ])
        #expect(clashes.count == count)
        if let clash = clashes.first {
            #expect(clash.count == 30)
            #expect(clash.first.start <= clash.second.start)
            #expect(clash.nodes == [])
        }
    }

    @Test func `programmes of two scopes clash only where a node obeys both`() throws {
        let schedules = [
            Self.commune: [Self.programme("a", "2026-11-23T05:00:00")],
            Self.hamlet: [Self.programme("b", "2026-11-23T05:05:00", "FREQ=WEEKLY;BYDAY=WE")],
        ]
        let (n1, n2) = (NodeID(unchecked: "n1"), NodeID(unchecked: "n2"))
        #expect(try clashes(schedules).isEmpty)
        #expect(try clashes(schedules, nodes: [n1: [Self.commune], n2: [Self.hamlet]]).isEmpty)
        let found = try clashes(schedules, nodes: [n1: [Self.commune], n2: [Self.commune, Self.hamlet]])
        #expect(found.map(\.nodes) == [[n2]])
        #expect(found.first?.first.localStart == "2026-11-25T05:00:00")
        #expect(found.first?.second.localStart == "2026-11-25T05:05:00")
        #expect(found.first?.count == 4)
    }

    @Test func `a clash is found after a long one, across midnight, and against a slot`() throws {
        let night = Self.programme("dem", "2026-11-23T23:50:00", minutes: 30)
        var cut = Self.programme("cut", "2026-11-24T00:05:00", minutes: 60)
        #expect(try clashes([Self.commune: [night, cut]]).first?.second.localStart == "2026-11-24T00:05:00")
        cut.start.local = "2026-11-23T22:55:00"
        #expect(try clashes([Self.commune: [night, cut]]).count == 1)
        cut.slot = 55 * 60
        #expect(try clashes([Self.commune: [night, cut]]).isEmpty)
    }

    @Test func `every clash that a slow count finds is counted`() throws {
        var generator = Dice(state: 7)
        for _ in 0..<40 {
            let pair = ["a", "b"].map { name in
                Self.programme(
                    name, "2026-11-23T0\(generator.next() % 6):\(10 + generator.next() % 50):00",
                    "FREQ=HOURLY;INTERVAL=\(1 + generator.next() % 9)", minutes: Double(1 + generator.next() % 150))
            }
            let timetable = Timetable([Self.commune: pair], rules: Self.zones.rules)
            let (from, to) = (
                try Self.time("2026-11-23T00:00:00+07:00"), try Self.time("2026-11-30T00:00:00+07:00")
            )
            let due = timetable.occurrences(from: from, to: to).occurrences
            let (left, right) = (
                due.filter { $0.programme.rawValue == "a" }, due.filter { $0.programme.rawValue == "b" }
            )
            let slow = left.reduce(0) { count, one in
                count + right.count { $0.start < one.end && one.start < $0.end }
            }
            let found = timetable.clashes(from: from, to: to, nodes: [:])
            #expect(found.found.first?.count ?? 0 == slow, "\(pair.map(\.start))")
            #expect(found.completeBefore == nil)
            // What is listed makes no difference.
            let bounds = Timetable.Bounds(ofOne: generator.next() % 5, ofAll: 0)
            var search = ClashSearch(
                Course(timetable.items[0], from: from, to: to, atMost: bounds.ofOne),
                Course(timetable.items[1], from: from, to: to, atMost: bounds.ofOne), steps: 10_000)
            #expect(search.run() > 0)
            #expect(search.count == slow)
            #expect(search.stoppedAt == nil)
        }
    }

    @Test func `a programme that is due again while it still sounds is told`() throws {
        func overlap(_ rule: String, minutes: Double) throws -> [String]? {
            let programme = Self.programme("a", "2026-11-23T05:00:00", rule, minutes: minutes)
            let timetable = Timetable([Self.commune: [programme]], rules: Self.zones.rules)
            return try #require(timetable.items.first).overlapOfItself().map { [$0.localStart, $1.localStart] }
        }
        let twice = "FREQ=DAILY;BYHOUR=5;BYMINUTE=0,10"
        #expect(try overlap(twice, minutes: 15) == ["2026-11-23T05:00:00", "2026-11-23T05:10:00"])
        #expect(try overlap(twice, minutes: 10) == nil)
        #expect(
            try overlap("FREQ=WEEKLY;BYDAY=MO,SU", minutes: 1441) == ["2026-11-29T05:00:00", "2026-11-30T05:00:00"])
        #expect(try overlap("FREQ=DAILY;COUNT=1", minutes: 15) == nil)
    }

    @Test func `faults name each field`() {
        var programme = Self.programme("a", "2026-11-23 05:00", "FREQ=SOMETIMES")
        programme.title = ""
        programme.priority = Priority(230)
        programme.blocks = [.relay(url: "file:///etc/passwd", duration: 60, fallback: nil)]
        #expect(
            programme.faults(rules: Self.zones.rules).map(\.field).sorted() == [
                "blocks[0].relay.url", "priority", "start.rrule", "title",
            ])
        programme.start.rrule = nil
        #expect(programme.faults(rules: Self.zones.rules).map(\.field).contains("start.local"))
        programme.start.zone = "Asia/Nowhere"
        #expect(programme.faults(rules: Self.zones.rules).map(\.field).contains("start.zone"))
    }

    private struct Dice {
        var state: UInt64
        mutating func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 40)
        }
    }

    private static let year = (from: "2026-11-23T00:00:00+07:00", to: "2027-11-23T00:00:00+07:00")

    @Test func `what recurs each minute for a year is listed up to an instant that is said, and so is all beside it`()
        throws
    {
        let (from, to) = (try Self.time(Self.year.from), try Self.time(Self.year.to))
        let often = Self.programme("often", "2026-11-23T00:00:00", "FREQ=MINUTELY", minutes: 0.1)
        let daily = Self.programme("daily", "2026-11-23T05:00:30")
        let bounds = Timetable.Bounds(ofOne: 1800, ofAll: 300_000)
        for programmes in [[often, daily], [daily, often]] {
            let due = Timetable([Self.commune: programmes], rules: Self.zones.rules).occurrences(
                from: from, to: to, scopes: nil, within: bounds)
            #expect(due.completeBefore == from.advanced(bySeconds: 1800 * 60))
            #expect(due.occurrences.count == 1802)
            #expect(due.occurrences.count { $0.programme.rawValue == "daily" } == 2)
            #expect(due.occurrences == due.occurrences.sorted())
        }
        let day = Timetable([Self.commune: [often, daily]], rules: Self.zones.rules).occurrences(
            from: from, to: from.advanced(bySeconds: 86_400))
        #expect(day.occurrences.count == 1441)
        #expect(day.completeBefore == nil)
        #expect(Timetable.Bounds().share(of: 400) == 1000)
        #expect(Timetable.Bounds().share(of: 20) == 15_000)
    }

    @Test func `a clash of what recurs often is found late in the year`() throws {
        let (from, to) = (try Self.time(Self.year.from), try Self.time(Self.year.to))
        let often = Self.programme("often", "2026-11-23T00:00:00", "FREQ=MINUTELY;INTERVAL=5", minutes: 1)
        let once = Self.programme("once", "2027-06-01T05:00:00", nil, minutes: 11)
        for programmes in [[often, once], [once, often]] {
            let clashes = Timetable([Self.commune: programmes], rules: Self.zones.rules)
                .clashes(from: from, to: to, nodes: [:])
            #expect(clashes.found.map(\.first.localStart) == ["2027-06-01T05:00:00"])
            #expect(clashes.found.map(\.count) == [3])
            #expect(clashes.completeBefore == nil)
        }
    }

    @Test func `where the search for clashes is given up, the answer says from when on`() throws {
        let (from, to) = (try Self.time(Self.year.from), try Self.time(Self.year.to))
        let pair = ["00", "30"].map { second in
            Self.programme("p\(second)", "2026-11-23T00:00:\(second)", "FREQ=MINUTELY", minutes: 0.25)
        }
        let clashes = Timetable([Self.commune: pair], rules: Self.zones.rules).clashes(
            from: from, to: to, nodes: [:], involving: nil, within: Timetable.Bounds(ofOne: 1000, ofAll: 100_000))
        #expect(clashes.found.isEmpty)
        let end = try #require(clashes.completeBefore)
        #expect(end > from.advanced(bySeconds: 1000 * 60) && end < to)
    }
}
