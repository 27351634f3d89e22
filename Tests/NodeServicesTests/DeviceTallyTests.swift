import Broadcasting
import Testing

@testable import NodeServices

@Suite struct DeviceTallyTests {
    private let second: Int64 = 1_000_000_000

    @Test func `a burst is recorded once at once and once a minute later, and none of it is lost`() {
        var tally = DeviceTally()
        tally.note(.xrun, total: 3)
        #expect(tally.due(boot: 0).map(\.count) == [3])
        tally.note(.xrun, total: 4)
        #expect(tally.due(boot: second).isEmpty)
        // A player tells of many at a time.
        tally.note(.xrun, total: 103)
        #expect(tally.due(boot: 59 * second).isEmpty)
        #expect(tally.due(boot: 60 * second).map(\.count) == [100])
        #expect(tally.due(boot: 3600 * second).isEmpty)
    }

    @Test func `kinds do not hide each other`() {
        var tally = DeviceTally()
        tally.note(.xrun, total: 1)
        tally.note(.suspended, total: 2)
        #expect(tally.due(boot: 0).map(\.kind) == [.suspended, .xrun])
        tally.note(.suspended, total: 3)
        #expect(tally.due(boot: 61 * second).map(\.kind) == [.suspended])
    }
}
