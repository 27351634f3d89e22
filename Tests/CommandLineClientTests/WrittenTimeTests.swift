import Broadcasting
import Testing

@testable import CommandLineClient

@Suite struct WrittenTimeTests {
    /// 20:00 in Vietnam, 14:00 in Berlin, 13:00 in London.
    private let now = "2026-11-21T13:00:00Z"

    @Test(arguments: [
        ("2026-11-21T05:00:00+07:00", "Asia/Ho_Chi_Minh", "2026-11-20T22:00:00.000Z"),
        ("2026-11-21T05:00:00Z", "Asia/Ho_Chi_Minh", "2026-11-21T05:00:00.000Z"),
        ("20:01", "Asia/Ho_Chi_Minh", "2026-11-21T13:01:00.000Z"),
        ("20:00", "Asia/Ho_Chi_Minh", "2026-11-22T13:00:00.000Z"),
        ("05:00", "Asia/Ho_Chi_Minh", "2026-11-21T22:00:00.000Z"),
        ("5:00", "Asia/Ho_Chi_Minh", "2026-11-21T22:00:00.000Z"),
        ("14:30", "Europe/Berlin", "2026-11-21T13:30:00.000Z"),
        ("31/12/2026 23:59", "Asia/Ho_Chi_Minh", "2026-12-31T16:59:00.000Z"),
        ("1/1/2027 0:00", "Asia/Ho_Chi_Minh", "2026-12-31T17:00:00.000Z"),
        ("29/02/2028 12:00", "UTC", "2028-02-29T12:00:00.000Z"),
        ("21/07/2026 12:00", "Europe/Berlin", "2026-07-21T10:00:00.000Z"),
    ])
    func `a time means an instant in its zone`(text: String, zone: String, instant: String) throws {
        let now = try #require(Timestamp(now))
        let meant = try WrittenTime(text).resolved(now: now, in: try LocalZone(zone))
        #expect(meant.description == instant)
    }

    /// Berlin goes from 02:00 to 03:00 on 29 March 2026 and back from 03:00 to 02:00 on 25 October 2026, each at 01:00 UTC.
    /// Lord Howe moves by half an hour: on 4 October 2026 from 02:00 to 02:30, at 15:30 UTC of the day before.
    @Test(arguments: [
        ("29/03/2026 01:59", "Europe/Berlin", "2026-03-29T00:59:00.000Z"),
        ("29/03/2026 02:00", "Europe/Berlin", "2026-03-29T01:00:00.000Z"),
        ("29/03/2026 02:30", "Europe/Berlin", "2026-03-29T01:00:00.000Z"),
        ("29/03/2026 03:00", "Europe/Berlin", "2026-03-29T01:00:00.000Z"),
        ("29/03/2026 03:01", "Europe/Berlin", "2026-03-29T01:01:00.000Z"),
        ("25/10/2026 01:59", "Europe/Berlin", "2026-10-24T23:59:00.000Z"),
        ("25/10/2026 02:30", "Europe/Berlin", "2026-10-25T00:30:00.000Z"),
        ("25/10/2026 03:00", "Europe/Berlin", "2026-10-25T02:00:00.000Z"),
        ("08/03/2026 02:15", "America/New_York", "2026-03-08T07:00:00.000Z"),
        ("01/11/2026 01:15", "America/New_York", "2026-11-01T05:15:00.000Z"),
        ("04/10/2026 02:15", "Australia/Lord_Howe", "2026-10-03T15:30:00.000Z"),
        ("04/10/2026 02:30", "Australia/Lord_Howe", "2026-10-03T15:30:00.000Z"),
    ])
    func `a skipped time is the instant of the skip, a repeated one its first pass`(
        text: String, zone: String, instant: String
    ) throws {
        let now = try #require(Timestamp(now))
        #expect(try WrittenTime(text).resolved(now: now, in: try LocalZone(zone)).description == instant)
    }

    @Test(arguments: [
        ("25:00", "'25:00' is no time of day: it goes from 00:00 to 23:59"),
        ("24:00", "'24:00' is no time of day: it goes from 00:00 to 23:59"),
        ("05:60", "'05:60' is no time of day: it goes from 00:00 to 23:59"),
        ("5:0", "'5:0' is no time of day: write it as 05:00 or 17:05"),
        ("05:00:00", "'05:00:00' is no time of day: write it as 05:00 or 17:05"),
        ("31/02/2026 05:00", "the calendar has no 31/02/2026: a date is day/month/year, as 21/11/2026"),
        ("29/02/2027 05:00", "the calendar has no 29/02/2027: a date is day/month/year, as 21/11/2026"),
        ("11/21/2026 05:00", "the calendar has no 11/21/2026: a date is day/month/year, as 21/11/2026"),
        ("21/11/26 05:00", "'21/11/26' is no date: write day/month/year, as 21/11/2026"),
        ("21/11/2026", "'21/11/2026' has no time of day: write '21/11/2026 05:00'"),
        (
            "2026-11-21T05:00:00",
            "'2026-11-21T05:00:00' is not RFC 3339 with an offset: write 2026-11-21T05:00:00+07:00"
        ),
        ("morgen", "'morgen' is no time: write 17:05, '21/11/2026 17:05' or 2026-11-21T17:05:00+07:00"),
        ("", "'' is no time: write 17:05, '21/11/2026 17:05' or 2026-11-21T17:05:00+07:00"),
    ])
    func `what is no time is told with what to write`(text: String, words: String) {
        #expect(failure { try WrittenTime(text) } == words)
    }

    @Test func `a date alone is its midnight, where it may stand alone`() throws {
        let date = CivilDate(year: 2026, month: 11, day: 30)
        #expect(try WrittenTime.orMidnight("30/11/2026") == .local(date, hour: 0, minute: 0))
        #expect(try WrittenTime.orMidnight("2026-11-30") == .local(date, hour: 0, minute: 0))
        #expect(try WrittenTime.orMidnight("30/11/2026 05:00") == .local(date, hour: 5, minute: 0))
        #expect(try WrittenTime.orMidnight("05:00") == .timeOfDay(hour: 5, minute: 0))
        for text in ["31/11/2026", "2026-02-30", "30/11", "2026-11-3x", ""] {
            #expect(throws: (any Error).self) { try WrittenTime.orMidnight(text) }
        }
    }
}
