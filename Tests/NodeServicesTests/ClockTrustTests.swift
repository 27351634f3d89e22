import Broadcasting
import Testing

@testable import NodeServices

@Suite struct ClockTrustTests {
    private func at(_ seconds: Double) -> Timestamp { Timestamp(secondsSinceEpoch: seconds) }
    private func boot(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }

    @Test func `a clock that is earlier than what is known to have passed is trusted only once it was synchronised`() {
        var clock = ClockTrust(latest: at(1_000_000))
        #expect(clock.look(wall: at(5), boot: boot(5), synchronised: false) == .init(step: nil, trusted: false))
        #expect(clock.look(wall: at(9), boot: boot(9), synchronised: false) == .init(step: nil, trusted: false))
        let set = clock.look(wall: at(1_000_100), boot: boot(10), synchronised: true)
        #expect(set == .init(step: 1_000_090, trusted: true))
        #expect(clock.look(wall: at(1_000_101), boot: boot(11), synchronised: false) == .init(step: nil, trusted: true))
    }

    @Test(arguments: [3600.0, -3600, 259_200, -0.3, 0.3])
    func `a step is told with its length, once`(step: Double) throws {
        var clock = ClockTrust(latest: .distantPast)
        #expect(clock.look(wall: at(1e9), boot: boot(100), synchronised: true).step == nil)
        let found = try #require(clock.look(wall: at(1e9 + 60 + step), boot: boot(160), synchronised: true).step)
        #expect((found - step).magnitude < 1e-6)
        #expect(clock.look(wall: at(1e9 + 61 + step), boot: boot(161), synchronised: true).step == nil)
    }

    @Test func `the correction of a clock that runs wrong is no step`() {
        var clock = ClockTrust(latest: .distantPast)
        for minute in 0..<600 {
            // 500 parts in a million, as much as the kernel slews: 30 ms a minute.
            let wall = at(1e9 + Double(minute) * 60.03)
            #expect(clock.look(wall: wall, boot: boot(Double(minute) * 60), synchronised: true).step == nil)
        }
    }

    @Test func `the latest instant never goes back`() {
        var clock = ClockTrust(latest: at(500))
        _ = clock.look(wall: at(1000), boot: boot(1), synchronised: true)
        _ = clock.look(wall: at(900), boot: boot(2), synchronised: true)
        #expect(clock.latest == at(1000))
    }
}
