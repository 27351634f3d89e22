import Testing

@testable import CommandLineClient

@Suite struct WrittenDurationTests {
    @Test(arguments: [
        ("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86_400), ("1h30m", 5400), ("1d2h3m4s", 93_784), ("007s", 7),
        ("366d", 31_622_400),
    ])
    func `a duration is digits and units`(text: String, seconds: Int) throws {
        #expect(try WrittenDuration(text).seconds == seconds)
    }

    @Test(arguments: [
        ("15", "'15' has no unit: write 15s, 15m, 15h or 15d"),
        ("", "'' is no duration: write 90s, 15m, 2h, 1d or 1h30m"),
        ("m", "'m' is no duration: write 90s, 15m, 2h, 1d or 1h30m"),
        ("-5m", "'-5m' is no duration: write 90s, 15m, 2h, 1d or 1h30m"),
        ("1.5h", "'1.5h' is no duration: write 90s, 15m, 2h, 1d or 1h30m"),
        ("5 m", "'5 m' is no duration: write 90s, 15m, 2h, 1d or 1h30m"),
        ("1h30", "'1h30' is no duration: write 90s, 15m, 2h, 1d or 1h30m"),
        ("1m1m", "'1m1m' is no duration: write 90s, 15m, 2h, 1d or 1h30m"),
        ("٥m", "'٥m' is no duration: write 90s, 15m, 2h, 1d or 1h30m"),
        ("0s", "a duration is longer than nothing"),
        ("367d", "'367d' is longer than 366 days"),
        ("366d1s", "'366d1s' is longer than 366 days"),
        ("99999999999999999999s", "'99999999999999999999s' is no duration: write 90s, 15m, 2h, 1d or 1h30m"),
        ("9000000000000000000d", "'9000000000000000000d' is longer than 366 days"),
    ])
    func `what is no duration is told with what to write`(text: String, words: String) {
        #expect(failure { try WrittenDuration(text) } == words)
    }

    @Test(arguments: [(0, "0s"), (59, "59s"), (60, "1m"), (5400, "1h30m"), (93_784, "1d2h3m4s")])
    func `a duration is written as it is read`(seconds: Int, text: String) throws {
        #expect(WrittenDuration(seconds: seconds).description == text)
        if seconds > 0 { #expect(try WrittenDuration(text).seconds == seconds) }
    }
}
