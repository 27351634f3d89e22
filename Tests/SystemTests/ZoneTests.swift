import BroadcastTesting
import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// The node lives by the time of its place, also in a build that carries all its libraries.
    @Suite struct ZoneTests {
        @Test func `in the quiet hours of Vietnam a normal broadcast is refused and an emergency sounds`() async throws
        {
            // Quiet now in Ho Chi Minh City, and not in UTC.
            let local = (Int(Timestamp.now.secondsSinceEpoch) / 60 + 7 * 60) % 1440
            func clock(_ minute: Int) -> String {
                let minute = (minute + 1440) % 1440
                return "\(minute / 600)\(minute / 60 % 10):\(minute % 60 / 10)\(minute % 10)"
            }
            let quiet = NodeSettings.QuietHours(from: clock(local - 60), to: clock(local + 60))
            try await Station.run(speed: 4, quietHours: [quiet]) { station in
                let audio = try station.offer(try await station.workshop.noise("noise", seconds: 0.5))
                let normal = Broadcast.due("normal", audio)
                let emergency = Broadcast.due("emergency", audio, class: .emergency)
                try await station.controller.say([normal, emergency], to: Station.commune)
                let refused = try await station.controller.ending(of: normal.cue).event
                #expect(refused.kind == .refused)
                #expect(refused.reason?.code == .quietHours)
                #expect(try await station.controller.ending(of: emergency.cue).event.kind == .finished)

                // Not while the node plays: a technician stops it first.
                _ = await station.node.stop()
                let (ending, output) = try await station.node.check()
                #expect(ending == .exited(0), "\(output)")
                #expect(output.contains("time zones are known"))
                #expect(!output.contains("WRONG"))
            }
        }
    }
}
