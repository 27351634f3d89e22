import Scheduling
import Testing

@Suite struct LocalDateTimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00", 0), ("1969-12-31T23:59:59", -1), ("2026-11-23T05:06:07", 1_795_410_367),
            ("2000-02-29T12:00:00", 951_825_600),
            ("0000-01-01T00:00:00", -62_167_219_200), ("9999-12-31T23:59:59", 253_402_300_799),
        ])
    func `a text is a number of seconds, and the other way round`(text: String, seconds: Int64) throws {
        let time = try #require(LocalDateTime(text))
        #expect(time.secondsSince1970 == seconds)
        #expect(LocalDateTime(secondsSince1970: seconds).description == text)
        let digits = text.filter(\.isNumber)
        #expect(LocalDateTime("\(digits.prefix(8))T\(digits.suffix(6))") == time)
        let parts = [time.year, time.month, time.day, time.hour, time.minute, time.second]
        #expect(parts == text.split { !$0.isNumber }.map { Int($0) })
    }

    @Test(
        arguments: [
            "", "2026-11-23", "2026-11-23T05:00", "2026-11-23T05:00:00Z", "2026-11-23 05:00:00", "2026-02-29T05:00:00",
            "1900-02-29T05:00:00",
            "2026-13-01T05:00:00", "2026-00-01T05:00:00", "2026-01-00T05:00:00", "2026-04-31T05:00:00",
            "2026-01-01T24:00:00",
            "2026-01-01T05:60:00", "2026-01-01T05:00:60", "+026-01-01T05:00:00", "2026-1-01T05:00:000",
            "20261123 050000", "20261123T05000x",
            "２026-01-01T05:0",
        ])
    func `anything else is refused`(text: String) {
        #expect(LocalDateTime(text) == nil)
    }

    @Test func `what lies outside of the years 0 to 9999 is kept within`() {
        #expect(LocalDateTime(secondsSince1970: .min).description == "0000-01-01T00:00:00")
        #expect(LocalDateTime(secondsSince1970: .max).description == "9999-12-31T23:59:59")
    }
}
