import Broadcasting
import Testing

@testable import NodeServices

@Suite struct ClockTrustTests {
    private func at(_ seconds: Double) -> Timestamp { Timestamp(secondsSinceEpoch: seconds) }
    private func boot(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }

    @Test func `a clock that is earlier than what is known to have passed is trusted only once it was synchronised`() {
        var clock = ClockTrust(latest: at(1_000_000))
        #expect(
            clock.look(wall: at(5), boot: boot(5), synchronised: false, batteries: [])
                == .init(step: nil, trusted: false))
        #expect(
            clock.look(wall: at(9), boot: boot(9), synchronised: false, batteries: [])
                == .init(step: nil, trusted: false))
        let set = clock.look(wall: at(1_000_100), boot: boot(10), synchronised: true, batteries: [])
        #expect(set == .init(step: 1_000_090, trusted: true))
        #expect(
            clock.look(wall: at(1_000_101), boot: boot(11), synchronised: false, batteries: [])
                == .init(step: nil, trusted: true))
    }

    @Test(arguments: [3600.0, -3600, 259_200, -0.3, 0.3])
    func `a step is told with its length, once`(step: Double) throws {
        var clock = ClockTrust(latest: .distantPast)
        #expect(clock.look(wall: at(1e9), boot: boot(100), synchronised: true, batteries: []).step == nil)
        let found = try #require(
            clock.look(wall: at(1e9 + 60 + step), boot: boot(160), synchronised: true, batteries: []).step)
        #expect((found - step).magnitude < 1e-6)
        #expect(clock.look(wall: at(1e9 + 61 + step), boot: boot(161), synchronised: true, batteries: []).step == nil)
    }

    @Test func `the correction of a clock that runs wrong is no step`() {
        var clock = ClockTrust(latest: .distantPast)
        for minute in 0..<600 {
            // 500 parts in a million, as much as the kernel slews: 30 ms a minute.
            let wall = at(1e9 + Double(minute) * 60.03)
            #expect(
                clock.look(wall: wall, boot: boot(Double(minute) * 60), synchronised: true, batteries: []).step == nil)
        }
    }

    @Test func `the latest instant never goes back`() {
        var clock = ClockTrust(latest: at(500))
        _ = clock.look(wall: at(1000), boot: boot(1), synchronised: true, batteries: [])
        _ = clock.look(wall: at(900), boot: boot(2), synchronised: true, batteries: [])
        #expect(clock.latest == at(1000))
    }

    // MARK: - What vouches for a clock

    /// What was known when the power went.
    private static let known = 1_795_000_000.0

    @Test func `a saved clock that no battery confirms is not trusted, however long it ticks`() {
        var clock = ClockTrust(latest: at(Self.known))
        // Saved a minute after the last record; the box was off for seven hours, and then runs for a day.
        for seconds in stride(from: 60.0, through: 86_400, by: 60) {
            let finding = clock.look(
                wall: at(Self.known + seconds), boot: boot(seconds), synchronised: false, batteries: [])
            #expect(finding == .init(step: nil, trusted: false))
        }
        #expect(clock.latest == at(Self.known))
    }

    @Test func `a clock that ticks past what is known to have been is not trusted for that`() {
        var clock = ClockTrust(latest: at(Self.known))
        for seconds in [-20.0, -10, 0, 10, 20] {
            let finding = clock.look(
                wall: at(Self.known + seconds), boot: boot(seconds + 30), synchronised: false, batteries: [])
            #expect(finding == .init(step: nil, trusted: false))
        }
    }

    @Test(arguments: [0.0, 946_684_800, known - 1, known + 60 - 121, known + 60 + 121, known + 25_200])
    func `a battery's clock that lost its time, or shows another, vouches for nothing`(shown: Double) {
        var clock = ClockTrust(latest: at(Self.known))
        let finding = clock.look(
            wall: at(Self.known + 60), boot: boot(30), synchronised: false, batteries: [at(shown)])
        #expect(!finding.trusted)
    }

    @Test func `a battery's clock that agrees vouches for the clock, also beside a dead one, and is not asked again`() {
        var clock = ClockTrust(latest: at(Self.known))
        let wall = at(Self.known + 25_200)
        let batteries = [at(12), wall.advanced(bySeconds: -119)]
        #expect(clock.look(wall: wall, boot: boot(30), synchronised: false, batteries: batteries).trusted)
        func asked() -> [Timestamp] {
            Issue.record("the bus is asked again")
            return []
        }
        let later = wall.advanced(bySeconds: 3600)
        #expect(clock.look(wall: later, boot: boot(3630), synchronised: false, batteries: asked()).trusted)
    }

    @Test func `what vouched for a clock does so no longer once it was set back behind what has been`() {
        var clock = ClockTrust(latest: at(Self.known))
        let right = at(Self.known + 3600)
        #expect(clock.look(wall: right, boot: boot(30), synchronised: false, batteries: [right]).trusted)
        let back = clock.look(wall: at(Self.known), boot: boot(31), synchronised: false, batteries: [right])
        #expect(back == .init(step: -3601, trusted: false))
        let past = clock.look(wall: at(Self.known + 3700), boot: boot(3731), synchronised: false, batteries: [])
        #expect(past == .init(step: nil, trusted: false))
    }

    @Test func `a clock that this boot's earlier program trusted stays trusted, but not behind what has been`() {
        var clock = ClockTrust(latest: at(Self.known), wasTrusted: true)
        #expect(clock.look(wall: at(Self.known + 5), boot: boot(90_000), synchronised: false, batteries: []).trusted)
        var behind = ClockTrust(latest: at(Self.known), wasTrusted: true)
        #expect(!behind.look(wall: at(Self.known - 3600), boot: boot(1), synchronised: false, batteries: []).trusted)
    }

    @Test func `a given clock is trusted unless it is behind what has been`() {
        var clock = ClockTrust(latest: at(Self.known), isGiven: true)
        #expect(!clock.look(wall: at(Self.known - 5), boot: boot(1), synchronised: false, batteries: []).trusted)
        #expect(clock.look(wall: at(Self.known + 5), boot: boot(11), synchronised: false, batteries: []).trusted)
    }
}
