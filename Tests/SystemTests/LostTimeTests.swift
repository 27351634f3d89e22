import BroadcastTesting
import Broadcasting
import Foundation
import Testing

extension SystemSuite {
    /// A box whose clock stood still without power, and which nothing sets right.
    @Suite struct LostTimeTests {
        /// A clock that shows last month is known to be wrong, whatever vouches for it. One that was saved when the power went and goes on
        /// from there is ahead of all that the node knows and may be right, as it is here: nothing says so.
        @Test(.enabled(if: Disk.canMount), arguments: [(-30, true), (0, false)])
        func `booted with a clock that is behind, or that nothing vouches for, a node sounds emergencies only`(
            days: Int, isClockGiven: Bool
        ) async throws {
            try await Station.run { station in
                let (node, controller) = (station.node, station.controller)
                let routine = try await station.clip("routine", seconds: 30)
                let calls = [try await station.clip("first", seconds: 1), try await station.clip("second", seconds: 1)]
                // Half a day from now, and so each day: nothing is due while this runs, but by the wrong clock. The clock that may be right is.
                let hour = LocalTime(in: days == 0 ? 10 * station.patience.factor : 43_200)
                var programme = Programme("hang-ngay", at: hour.advanced(by: -60 * 86_400), .audio(routine.audio))
                programme.start.rrule = "FREQ=DAILY"
                programme.whenLate = .joinInProgress
                try await station.schedule([programme], before: days == 0 ? hour : nil)
                await node.kill()

                let known = controller.journal.all.count
                let due = hour.advanced(by: days * 86_400).instant
                let begun = Timestamp.now
                let lead = days == 0 ? due.seconds(since: begun) : 2 * station.patience.factor
                if lead < 1 { throw SlowMachine("the node was killed late") }
                try await node.start(
                    as: Boot(instant: due.advanced(bySeconds: -lead), hasNetwork: true, isClockGiven: isClockGiven))
                try await controller.told(.booted, from: known)
                var broadcasts: [Broadcast] = []
                for (number, call) in calls.enumerated() {
                    broadcasts.append(.due("khan-cap-\(number)", call.audio, class: .emergency))
                    try await controller.say(broadcasts, to: Station.commune)
                    let end = try await controller.ending(of: broadcasts[number].cue, within: .seconds(60)).event
                    #expect(end.kind == .finished)
                    // The second one when the programme would long sound by the box's clock.
                    let left = lead + 2 - Timestamp.now.seconds(since: begun)
                    if left > 0 { try await Task.sleep(for: .seconds(left)) }
                }
                let heard = try #require(node.card.heard)
                let places = try calls.map { try heard.onlyPlace(of: $0.sound) }
                let ends = zip(places, calls).map { $0 + $1.sound.frames }
                #expect(heard.isSilent(0..<places[0]) && heard.isSilent(ends[0]..<places[1]))
                #expect(heard.isSilent(ends[1]..<heard.frames))

                let journal = try controller.settledJournal()
                let boot = try #require(journal.last).boot
                let told = journal.filter { $0.boot == boot }
                #expect(told.allSatisfy { !$0.clockTrusted })
                let last = try #require(told.last).at.seconds(since: due)
                #expect((0..<86_400).contains(last), "by the box's clock it was due \(last) s ago")
                let programmes = journal.playbacks.filter { $0.cue.kind == .programme }
                #expect(programmes.isEmpty, "\(programmes)")
            }
        }
    }
}
