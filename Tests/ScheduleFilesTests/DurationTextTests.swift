import ScheduleFiles
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("90s", 90.0), ("15m", 900), ("1h30m", 5400), ("2d", 172_800), ("1d2h3m4s", 93_784), ("0s", 0),
    ])
    func `units stand once each, the largest first`(text: String, seconds: Double) {
        #expect(DurationText.seconds(text) == seconds)
        #expect(DurationText.seconds(DurationText.text(seconds)) == seconds)
    }

    @Test(arguments: ["", "5", "m", "30m1h", "1h1h", "-5m", "1.5h", " 5m", "5m ", "5M", "1234567s", "٣m"])
    func `anything else is no duration`(text: String) { #expect(DurationText.seconds(text) == nil) }
}
