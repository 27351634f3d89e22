import Testing

@testable import Rendering

@Suite struct FrameClockTests {
    @Test(arguments: [8000, 44_100, 48_000, 192_000])
    func `a start falls on the frame next to its instant, and no more than half a frame away`(rate: Int64) {
        for _ in 0..<10_000 {
            let now = Int64.random(in: 0..<4_000_000_000_000_000_000)
            let clock = FrameClock(frame: Int64.random(in: 0..<(1 << 50)), instant: now, rate: rate)
            let instant = now + Int64.random(in: -1_000_000_000...80_000_000_000_000)
            let error = clock.instant(of: clock.frame(at: instant)) - instant
            // One nanosecond more: most frames begin between two of them.
            #expect(abs(error) <= 500_000_000 / rate + 1, "now \(now), instant \(instant)")
        }
    }

    @Test func `an instant beyond all reason is a day away`() {
        let clock = FrameClock(frame: 0, instant: 1_700_000_000_000_000_000, rate: 48_000)
        #expect(clock.frame(at: Int64.max) == 86_400 * 48_000)
        #expect(clock.frame(at: Int64.min) == -86_400 * 48_000)
    }
}
