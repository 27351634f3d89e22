import BroadcastTesting
import Broadcasting
import Foundation
import RuntimeSupport
import Testing

/// A card that is gone for half a minute. Beside all other tests, since this one waits for nearly all of its time.
@Suite(.timeLimit(.minutes(10))) struct LostCardTests {
    /// Seconds between two attempts to open a card whose return nothing announces, at the most, and a period.
    private static let patience = 1 + 0.0625
    /// Seconds by which the music may be elsewhere than its clock says.
    private static let drift = 0.02

    @Test func `a card that was gone for 30 s sounds again at once, where the music is by then, and all of it is told`()
        async throws
    {
        let rate = 16_000
        try await Station.run(rate: rate) { station in
            let (card, controller) = (station.node.card, station.controller)
            let mp3 = try await station.workshop.noise(
                "music", seconds: 35 * station.patience.factor, rate: rate, channels: 1)
            let call = try await station.workshop.noise("call", seconds: 0.5, rate: rate, channels: 1)
            let expected = try await station.workshop.decoded(mp3, rate: rate)
            let music = Broadcast.due("music", try station.offer(mp3))
            try await controller.say([music], to: Station.commune)
            try await card.hears(rate)

            try card.set(present: false)
            #expect(try await controller.told(.deviceLost).reason?.code == .deviceLost)
            try await controller.fault("device", "Devices here: speaker")
            #expect(controller.healths.all.last?.device.state == "lost")
            // Time goes on: what must sound within these 30 s is missed for the card's sake.
            let emergency = Broadcast.due("call", try station.offer(call), class: .emergency, expires: 30)
            try await controller.say([music, emergency], to: Station.commune)
            let missed = try await controller.ending(of: emergency.cue, within: .seconds(90)).event
            #expect(missed.kind == .missed && missed.reason?.code == .deviceLost, "\(missed)")

            let known = controller.healths.all.count
            let back = MonotonicClock.nanoseconds
            try card.set(present: true)
            let restored = try await controller.told(.deviceRestored)
            try await controller.healths.first(from: known, "health without the fault") {
                $0.device.state != "lost" && !$0.faults.contains { $0.part == "device" }
            }
            let end = try await controller.ending(of: music.cue, within: .seconds(40)).event
            #expect(end.kind == .interrupted && end.reason?.code == .deviceLost, "\(end)")
            #expect(end.framesDue == Int64(expected.frames))

            let segments = try card.segments()
            let last = try #require(segments.firstIndex { $0.ended == "lost" })
            let before = segments[last]
            guard let after = segments.dropFirst(last + 1).first else {
                throw SlowMachine("the music was over when the card was back")
            }
            try SlowMachine.check(
                "the return", isOff: Double(after.monotonicNanoseconds - back) / 1e9, within: Self.patience)
            let away = Double(after.monotonicNanoseconds - before.end) / 1e9
            #expect(away >= 30)
            try SlowMachine.check(
                "the journal of the return", isOff: (restored.seconds ?? 0) - away, within: Self.patience)

            // Before and after the loss the card played the music, at each instant what was due then.
            let heard = try #require(card.heard)
            let whole = before.first + before.frames
            #expect(try #require(heard.distance(to: expected[0..<whole], at: 0)) <= 1)
            let due = whole + Int(away * Double(rate))
            let fade = rate / 10
            let rest = heard[after.first + fade..<heard.audible.upperBound]
            let place = try #require(expected.find(rest[0..<400], from: due + fade - rate / 2))
            #expect(try #require(expected.distance(to: rest, at: place)) <= 1)
            try SlowMachine.check("the music", isOff: Double(place - fade - due) / Double(rate), within: Self.drift)
            #expect(place + rest.frames == expected.audible.upperBound)
            let frames = Int(try #require(end.framesHeard))
            #expect(abs(frames - heard.audible.count) <= Int(NodeBox.lag * Double(rate)), "\(frames)")
        }
    }

    @Test func `an emergency that finds the card gone while nothing sounded is heard whole when it is back`()
        async throws
    {
        let rate = 16_000
        try await Station.run(rate: rate) { station in
            let (card, controller) = (station.node.card, station.controller)
            let mp3 = try await station.workshop.noise("call", seconds: 1, rate: rate, channels: 1)
            let expected = try await station.workshop.decoded(mp3, rate: rate)
            try await controller.healths.first("an open card") { $0.device.state == "idle" && $0.device.rate == rate }
            try card.set(present: false)
            let emergency = Broadcast.due("call", try station.offer(mp3), class: .emergency)
            try await controller.say([emergency], to: Station.commune)
            _ = try await controller.told(.deviceLost)
            try card.set(present: true)
            let end = try await controller.ending(of: emergency.cue).event
            #expect(end.kind == .finished && end.framesHeard == Int64(expected.frames), "\(end)")
            let story = try controller.settledJournal().playbacks(of: emergency.cue)
            #expect(story.map(\.kind) == [.accepted, .fetched, .started, .finished])
            #expect(try #require(card.heard).places(of: expected).count == 1)
        }
    }

    @Test
    func `a card that is there and does not play is lost once, and the emergency is heard whole when it does again`()
        async throws
    {
        let rate = 16_000
        try await Station.run(rate: rate) { station in
            let (card, controller) = (station.node.card, station.controller)
            let mp3 = try await station.workshop.noise("call", seconds: 1, rate: rate, channels: 1)
            let expected = try await station.workshop.decoded(mp3, rate: rate)
            let short = try await station.workshop.noise("short", seconds: 0.5, rate: rate, channels: 1)
            try await controller.healths.first("an open card") { $0.device.state == "idle" && $0.device.rate == rate }
            try card.say("stuck")
            let emergency = Broadcast.due("call", try station.offer(mp3), class: .emergency)
            try await controller.say([emergency], to: Station.commune)
            let lost = try await controller.told(.deviceLost)
            #expect(lost.reason?.text.contains("see the device move") == true)
            try await controller.fault("device", "see the device move")
            let known = controller.healths.all.count
            // By then it was tried again twice, or more.
            let passing = Broadcast.due("short", try station.offer(short), class: .emergency, expires: 4)
            try await controller.say([emergency, passing], to: Station.commune)
            let missed = try await controller.ending(of: passing.cue, within: .seconds(90)).event
            #expect(missed.kind == .missed && missed.reason?.code == .deviceLost, "\(missed)")
            #expect(controller.healths.all[(known - 1)...].allSatisfy { $0.device.state == "lost" })

            try card.say("present")
            let end = try await controller.ending(of: emergency.cue).event
            #expect(end.kind == .finished && end.framesHeard == Int64(expected.frames), "\(end)")
            #expect(try #require(card.heard).places(of: expected).count == 1)
            let events = try controller.settledJournal().compactMap {
                if case .node(let event) = $0.event { event.kind } else { nil }
            }
            #expect(events.count { $0 == .deviceLost } == 1 && events.count { $0 == .deviceRestored } == 1)
        }
    }
}
