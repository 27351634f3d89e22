import Broadcasting
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-21T05:00:00+07:00", 1_795_212_000_000_000_000),
        ("2026-11-20T22:00:00.000000001Z", 1_795_212_000_000_000_001),
        ("2024-02-29T23:59:60Z", 1_709_251_200_000_000_000),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
    ])
    func `an RFC 3339 time means one instant`(text: String, nanoseconds: Int) {
        #expect(Timestamp(text)?.nanoseconds == Int64(nanoseconds))
    }

    @Test(arguments: [
        "", "2026-11-21", "2026-11-21T05:00:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z",
        "2026-11-21T05:00:00.Z", "2026-11-21T05:00:00Z ", "0001-01-01T00:00:00Z", "2026-11-21T05:00:00+7:00",
    ])
    func `what is no RFC 3339 time is refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func `writing and reading again gives the same instant`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let value = Timestamp(
                nanoseconds: Int64.random(in: -8_000_000_000_000_000_000...7_000_000_000_000_000_000, using: &generator)
            )
            #expect(Timestamp(value.description) == value, "\(value)")
        }
    }

    @Test(arguments: [
        ("2200-12-31T23:59:59.999999999Z", true), ("2200-12-31T23:00:00-01:00", false),
        ("2201-01-01T00:30:00+01:00", true),
        ("1700-01-01T00:00:00Z", true), ("1700-01-01T00:30:00+01:00", false), ("1699-12-31T23:30:00-01:00", true),
    ])
    func `what can be read can be read as it is written again, at the ends of the calendar too`(
        text: String, isReadable: Bool
    ) throws {
        #expect((Timestamp(text) != nil) == isReadable)
        guard let value = Timestamp(text) else { return }
        #expect(Timestamp(value.description) == value)
    }

    @Test func `every day of eight centuries has its own number`() {
        var date = CivilDate(year: 1600, month: 1, day: 1)
        for number in date.daysSinceEpoch..<CivilDate(year: 2400, month: 1, day: 1).daysSinceEpoch {
            #expect(date.daysSinceEpoch == number)
            #expect(CivilDate(daysSinceEpoch: number) == date)
            date.day += 1
            if date.day > CivilDate.days(inMonth: date.month, year: date.year) {
                (date.day, date.month) = (1, date.month + 1)
            }
            if date.month > 12 { (date.month, date.year) = (1, date.year + 1) }
        }
    }

    @Test(arguments: [Double.infinity, 1e30, -1e30, -Double.infinity])
    func `a distance beyond the calendar stops at its end`(seconds: Double) {
        let end = Timestamp(nanoseconds: 0).advanced(bySeconds: seconds)
        #expect(end == (seconds > 0 ? .distantFuture : .distantPast))
    }
}
