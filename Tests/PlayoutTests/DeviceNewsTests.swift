import Testing

@testable import Playout

/// What is told when the device goes and comes back.
@Suite struct DeviceNewsTests {
    @Test func `what came before the device's loss or return is told before it`() throws {
        let rig = try Rig()
        rig.isTelling = false
        func sound(_ number: UInt64) {
            rig.loadPlaces(VoiceID(number), frames: Rig.rate)
            rig.control.start(VoiceID(number), at: .now, ramp: nil)
            rig.play(480)
        }
        sound(1)
        rig.control.hear(.lost("gone"))
        sound(2)
        rig.reopen()
        let told = rig.takeEvents().compactMap { event -> String? in
            switch event {
            case .started(let voice, _, _): "\(voice) started"
            case .deviceLost: "lost"
            case .deviceRestored: "restored"
            default: nil
            }
        }
        #expect(told == ["\(VoiceID(1)) started", "lost", "\(VoiceID(2)) started", "restored"])
    }

    /// At another rate each voice needs a new deck.
    @Test(arguments: [false, true], [44_100, 32_000])
    func `on a card of another rate a voice is where it would be by then, whether it sounds or is paused`(
        isPaused: Bool, rate: Int
    ) throws {
        let (rig, id) = (try Rig(), VoiceID(1))
        rig.loadPlaces(id, frames: 8 * Rig.rate)
        rig.control.start(id, at: .now, ramp: nil)
        rig.play(Rig.rate, progress: 9_600)
        if isPaused { rig.control.pause(id, ramp: 0) }
        rig.play(10_000, progress: 9_600)
        rig.control.hear(.lost("gone"))
        rig.reopen(rate: rate)
        let opened = rig.heard.count
        rig.decode()
        rig.play(rate / 10)
        if isPaused { rig.control.resume(id, from: .liveEdge, ramp: nil) }
        for _ in 0..<9 {
            rig.decode()
            rig.play(rate)
        }
        // The places are those of 48,000 in a second.
        let sounds = opened + rate
        let places = rig.places(sounds..<sounds + rate)
        let worst = places.enumerated().map { index, place in
            abs(Double(place - 1 - opened) - Double(sounds + index - opened) * Double(Rig.rate) / Double(rate))
        }
        #expect(try #require(worst.max()) <= 2)
        let events = rig.takeEvents()
        #expect(events.count { if case .paused = $0 { true } else { false } } == (isPaused ? 1 : 0))
        let end = try #require(events.compactMap { if case .ended(_, let end) = $0 { end } else { nil } }.first)
        #expect(end.completion == .finished && end.rate == rate && end.framesDue == Int64(8 * rate))
        if isPaused {
            #expect(abs(end.framesHeard + end.framesSkipped - end.framesDue) <= 2)
            #expect(end.framesSkipped > Int64(rate) * 10_000 / 48_000)
        } else {
            // What passed until it was ready was not left out.
            #expect(end.framesSkipped == 0 && end.framesHeard < end.framesDue)
            #expect(end.framesHeard > end.framesDue - Int64(rate) / 2)
        }
    }
}
