import Broadcasting
import Foundation
import Scheduling
import Testing

@Suite struct RecurrenceTests {
    private func zone(_ name: String) throws -> TimeZoneRules {
        try TimeZoneRules(tzif: Array(Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/" + name))))
    }

    private func local(_ text: String) throws -> LocalDateTime { try #require(LocalDateTime(text)) }

    private func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    private func recurrence(
        _ start: String, _ rules: String..., zone name: String = "Asia/Ho_Chi_Minh", dates: [String] = [],
        exceptions: [String] = []
    ) throws -> Recurrence {
        Recurrence(
            start: try local(start), zone: try zone(name), rules: try rules.map { try RecurrenceRule($0) },
            dates: try dates.map { try local($0) }, exceptions: try exceptions.map { try local($0) })
    }

    private func first(_ count: Int, of recurrence: Recurrence, from instant: Timestamp = .distantPast) -> [String] {
        recurrence.occurrences(from: instant).prefix(count).map { "\($0.local) \($0.instant.description.prefix(16))" }
    }

    // MARK: - What is an occurrence

    @Test func `without a rule there is the start, and the dates`() throws {
        let once = try recurrence("2026-11-23T05:00:00")
        #expect(first(2, of: once) == ["2026-11-23T05:00:00 2026-11-22T22:00"])
        let more = try recurrence(
            "2026-11-23T05:00:00", dates: ["2026-12-01T06:00:00", "2026-11-20T06:00:00", "2026-12-01T06:00:00"])
        #expect(
            first(5, of: more) == [
                "2026-11-20T06:00:00 2026-11-19T23:00", "2026-11-23T05:00:00 2026-11-22T22:00",
                "2026-12-01T06:00:00 2026-11-30T23:00",
            ])
    }

    @Test func `with a rule the start counts only if the rule gives it`() throws {
        // A Monday.
        let sundays = try recurrence("2026-11-23T05:00:00", "FREQ=WEEKLY;BYDAY=SU;COUNT=2")
        #expect(first(3, of: sundays).map { $0.prefix(10) } == ["2026-11-29", "2026-12-06"])
    }

    @Test func `rules and dates are one row, without exceptions, and a time that several give counts once`() throws {
        let both = try recurrence(
            "2026-11-23T05:00:00", "FREQ=DAILY;INTERVAL=2;COUNT=4", "FREQ=DAILY;INTERVAL=3;COUNT=3",
            dates: ["2026-11-25T05:00:00", "2026-11-24T05:00:00"],
            exceptions: ["2026-11-29T05:00:00", "2026-11-24T05:00:01"])
        #expect(
            first(9, of: both).map { $0.prefix(10) } == [
                "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27",
            ])
    }

    @Test(
        arguments: [
            // 05:00 in Vietnam is 22:00 of UTC on the day before.
            ("UNTIL=20261125", 3), ("UNTIL=20261125T045959", 2), ("UNTIL=20261125T050000", 3),
            ("UNTIL=20261124T215959Z", 2),
            ("UNTIL=20261124T220000Z", 3), ("UNTIL=20261122", 0),
        ])
    func `UNTIL is a day whole, a local time, or one of UTC, itself included`(until: String, count: Int) throws {
        #expect(first(9, of: try recurrence("2026-11-23T05:00:00", "FREQ=DAILY;" + until)).count == count)
    }

    @Test(
        arguments: [
            ("2026-01-31T05:00:00", "FREQ=MONTHLY", ["01-31", "03-31", "05-31", "07-31", "08-31", "10-31"]),
            ("2026-01-31T05:00:00", "FREQ=MONTHLY;BYMONTHDAY=-1", ["01-31", "02-28", "03-31", "04-30"]),
            ("2024-02-29T05:00:00", "FREQ=YEARLY", ["2024-02-29", "2028-02-29", "2032-02-29"]),
            ("2096-02-29T05:00:00", "FREQ=YEARLY", ["2096-02-29", "2104-02-29"]),
            ("2026-03-02T05:00:00", "FREQ=MONTHLY;BYDAY=4SU", ["03-22", "04-26", "05-24"]),
            // A weekday in each week, and one in the month.
            (
                "2026-03-01T05:00:00", "FREQ=MONTHLY;BYDAY=MO,1TU",
                ["03-02", "03-03", "03-09", "03-16", "03-23", "03-30", "04-06", "04-07"]
            ),
            // The whole first week is counted, also what lies before the start, a Wednesday.
            ("2026-03-04T05:00:00", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=2", ["03-04", "03-11", "03-18"]),
            // 1 January 1994 is in the 52nd week of 1993; that year has no 53rd.
            ("1993-12-25T05:00:00", "FREQ=YEARLY;BYWEEKNO=53", ["1998-12-28"]),
            (
                "1993-12-31T05:00:00", "FREQ=YEARLY;BYWEEKNO=52",
                ["1993-12-31", "1994-01-01", "1994-01-02", "1994-12-26"]
            ),
            // A leap second is the second before.
            ("2026-03-02T05:00:00", "FREQ=DAILY;BYSECOND=60", ["03-02T05:00:59"]),
        ])
    func `what calendars make difficult`(start: String, rule: String, expected: [String]) throws {
        let found = first(expected.count, of: try recurrence(start, rule))
        #expect(zip(found, expected).allSatisfy { $0.contains($1) } && found.count == expected.count, "\(found)")
    }

    // MARK: - Summer time

    @Test func `in a gap the first valid instant counts, in a fold the first pass, and elsewhere the wall clock`()
        throws
    {
        let daily = try recurrence("2026-03-28T02:30:00", "FREQ=DAILY", zone: "Europe/Berlin")
        #expect(
            first(3, of: daily) == [
                "2026-03-28T02:30:00 2026-03-28T01:30", "2026-03-29T02:30:00 2026-03-29T01:00",
                "2026-03-30T02:30:00 2026-03-30T00:30",
            ])
        #expect(
            first(3, of: daily, from: try instant("2026-10-24T00:00:00Z")) == [
                "2026-10-24T02:30:00 2026-10-24T00:30", "2026-10-25T02:30:00 2026-10-25T00:30",
                "2026-10-26T02:30:00 2026-10-26T01:30",
            ])
        // Between the passes, and after the second.
        #expect(daily.next(after: try instant("2026-10-25T00:30:00Z"))?.local.description == "2026-10-26T02:30:00")
        #expect(
            daily.last(atOrBefore: try instant("2026-10-25T01:10:00Z"))?.instant
                == (try instant("2026-10-25T00:30:00Z")))
    }

    @Test func `of the local times that a gap moves to one instant, the first is the occurrence`() throws {
        let often = try recurrence("2026-03-29T01:30:00", "FREQ=MINUTELY;INTERVAL=30;COUNT=6", zone: "Europe/Berlin")
        #expect(
            first(9, of: often) == [
                "2026-03-29T01:30:00 2026-03-29T00:30", "2026-03-29T02:00:00 2026-03-29T01:00",
                "2026-03-29T03:30:00 2026-03-29T01:30",
                "2026-03-29T04:00:00 2026-03-29T02:00",
            ])
        let last = often.last(atOrBefore: try instant("2026-03-29T01:20:00Z"))
        #expect(last?.local.description == "2026-03-29T02:00:00")
        // A whole day that Samoa left out.
        let apia = try recurrence("2011-12-29T12:00:00", "FREQ=DAILY;COUNT=3", zone: "Pacific/Apia")
        #expect(
            first(4, of: apia) == [
                "2011-12-29T12:00:00 2011-12-29T22:00", "2011-12-30T12:00:00 2011-12-30T10:00",
                "2011-12-31T12:00:00 2011-12-30T22:00",
            ])
    }

    // MARK: - Laws

    private static let lawful = [
        "FREQ=MINUTELY;INTERVAL=7", "FREQ=MINUTELY;INTERVAL=45;BYHOUR=1,2,3", "FREQ=HOURLY",
        "FREQ=HOURLY;INTERVAL=5;BYMINUTE=0,30",
        "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,15,30,45", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=10,50",
        "FREQ=MONTHLY;BYDAY=-1SU;BYHOUR=2",
        "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU;BYHOUR=2;BYMINUTE=0,30", "FREQ=MINUTELY;INTERVAL=30;COUNT=20000",
    ]

    @Test(arguments: lawful, ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Ho_Chi_Minh"])
    func `next, last and the row agree with one another`(rule: String, zone: String) throws {
        let recurrence = try recurrence("2026-01-01T00:30:00", rule, zone: zone)
        for around in ["2026-03-28T20:00:00Z", "2026-04-04T12:00:00Z", "2026-10-03T12:00:00Z", "2026-10-24T20:00:00Z"] {
            var before = recurrence.last(atOrBefore: try instant(around).advanced(byNanoseconds: -1))
            for occurrence in recurrence.occurrences(from: try instant(around)).prefix(150) {
                #expect(occurrence.instant > before?.instant ?? .distantPast)
                #expect(recurrence.next(after: before?.instant ?? .distantPast) == occurrence)
                #expect(recurrence.next(after: occurrence.instant.advanced(byNanoseconds: -1)) == occurrence)
                #expect(recurrence.last(atOrBefore: occurrence.instant) == occurrence)
                #expect(recurrence.last(atOrBefore: occurrence.instant.advanced(byNanoseconds: -1)) == before)
                before = occurrence
            }
        }
    }

    @Test func `a row goes on to the end of what a timestamp holds, and no further`() throws {
        for (zone, day) in [("Asia/Ho_Chi_Minh", "12"), ("America/New_York", "11")] {
            let daily = try recurrence("2026-11-23T05:00:00", "FREQ=DAILY", zone: zone)
            let last = try #require(daily.last(atOrBefore: .distantFuture))
            #expect(last.local.description == "2262-04-\(day)T05:00:00")
            #expect(daily.next(after: last.instant) == nil)
        }
        let late = try recurrence("9999-01-01T00:00:00", "FREQ=DAILY")
        #expect(late.next(after: .distantPast) == nil)
        #expect(late.last(atOrBefore: .distantFuture) == nil)
        let early = try recurrence("0000-01-01T00:00:00", "FREQ=YEARLY;INTERVAL=3")
        #expect(early.next(after: try instant("2026-01-01T00:00:00Z"))?.local.description == "2028-01-01T00:00:00")
        #expect(early.last(atOrBefore: try instant("2026-01-01T00:00:00Z"))?.local.description == "2025-01-01T00:00:00")
    }

    /// Each would take years of processor time if minutes, or even days, were walked.
    @Test(
        arguments: [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MINUTELY;INTERVAL=2;BYMINUTE=1,3,5",
            "FREQ=HOURLY;INTERVAL=24;BYHOUR=4", "FREQ=MINUTELY;BYSETPOS=2;BYSECOND=0",
            "FREQ=DAILY;BYSETPOS=-3;BYHOUR=1,2",
            "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=MINUTELY;INTERVAL=10080;BYDAY=TU",
            "FREQ=YEARLY;BYDAY=53MO;BYMONTH=1", "FREQ=MINUTELY;BYYEARDAY=366;BYMONTH=1",
            "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=7;COUNT=1000000",
            "FREQ=MINUTELY;INTERVAL=1000000;BYMONTH=2;BYMONTHDAY=30",
        ])
    func `a rule that never happens ends`(rule: String) throws {
        // A Monday of a year that is not a leap year.
        let never = try recurrence("2025-12-01T05:00:00", rule)
        #expect(never.next(after: .distantPast) == nil)
        #expect(never.last(atOrBefore: .distantFuture) == nil)
    }

    @Test func `programmes have recurrences`() throws {
        let hanoi = try zone("Asia/Ho_Chi_Minh")
        var start = Programme.Start(
            local: "2026-11-23T05:00:00", zone: "Asia/Ho_Chi_Minh", rrule: "FREQ=DAILY;COUNT=3",
            rdate: ["2026-12-01T17:00:00"],
            exdate: ["2026-11-24T05:00:00"])
        #expect(
            try first(9, of: start.recurrence(zone: hanoi)).map { $0.prefix(13) } == [
                "2026-11-23T05", "2026-11-25T05", "2026-12-01T17",
            ])
        start.rrule = "FREQ=DAILY;BYHOUR=99"
        #expect(throws: ProgrammeStartError.self) { try start.recurrence(zone: hanoi) }
        start.rrule = nil
        start.exdate = ["tomorrow"]
        #expect(throws: ProgrammeStartError.time(field: "exdate", text: "tomorrow")) {
            try start.recurrence(zone: hanoi)
        }
    }
}
