import Testing

@testable import NodeServices

@Suite struct RecordThrottleTests {
    @Test func `like events make one record a minute, and the count loses none`() {
        var throttle = RecordThrottle()
        var counted = 0
        var records = 0
        for second in 0..<600 {
            if let count = throttle.note("signatureInvalid", boot: Int64(second) * 1_000_000_000) {
                counted += count
                records += 1
            }
        }
        #expect(records == 10)
        // The last minute's are still to be told.
        #expect(counted == 541)
    }

    @Test func `unlike events do not hide each other, however many there are`() {
        var throttle = RecordThrottle()
        for name in 0..<10_000 { #expect(throttle.note("event \(name)", boot: 0) == 1) }
    }
}
