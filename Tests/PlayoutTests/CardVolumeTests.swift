import Testing

@testable import Playout
@testable import Rendering

/// How the card's own volume and the samples share a gain, as the loudspeaker has it.
@Suite struct CardVolumeTests {
    private let hum = VoiceID(1)
    private let emergency = VoiceID(2)

    /// A rig whose card stands at −20 dB, as what sounds wants it.
    private func rig() throws -> Rig {
        let rig = try Rig(mixer: "Master")
        rig.reopen()
        rig.control.setOutputLevel(-20, highest: 0, of: 1)
        rig.control.load(
            VoiceRequest(
                id: hum, segments: [.samples([Float](repeating: 0.5, count: 96_000), rate: Rig.rate, gain: 0)],
                gain: -20))
        rig.control.load(
            VoiceRequest(
                id: emergency, segments: [.samples([Float](repeating: 0.25, count: 96_000), rate: Rig.rate, gain: 0)],
                gain: 0))
        rig.decode()
        rig.control.start(hum, at: .now, ramp: nil)
        rig.play(4_800)
        #expect(rig.control.wantedOutputLevel == -20)
        return rig
    }

    @Test func `an emergency over a low card goes up in a line once the card is up`() throws {
        let rig = try rig()
        rig.control.start(emergency, at: .now, ramp: nil)
        #expect(rig.control.wantedOutputLevel == 0)
        rig.play(480)
        let begun = rig.heard.count
        rig.control.prepareOutputLevel(0, of: 1)
        rig.play(480)
        let turned = rig.heard.count
        rig.control.setOutputLevel(0, of: 1)
        rig.play(4_800)
        // At first by the card's −20 dB, then by its 0 dB.
        let loudspeaker = rig.heard.enumerated().map { $1 * ($0 < turned ? 0.1 : 1) }
        #expect(abs(loudspeaker[begun - 1] - (0.5 + 0.25) * 0.1) < 0.000_01)
        let steps = zip(loudspeaker[begun...], loudspeaker[(begun - 1)...]).map { abs($0 - $1) }
        // Lower until the card follows, then as before, and up from there in a line.
        #expect(loudspeaker[begun..<turned].allSatisfy { $0 < 0.075_01 })
        #expect(abs(loudspeaker[turned - 1] - 0.0075) < 0.000_01)
        #expect(abs(loudspeaker[turned] - 0.075) < 0.002)
        #expect(steps.enumerated().allSatisfy { $1 < 0.002 || $0 == turned - begun })
        #expect(abs(try #require(rig.heard.last) - (0.05 + 0.25)) < 0.000_01)
    }

    @Test func `an emergency is not held down by a card whose volume cannot be set`() throws {
        let rig = try rig()
        rig.control.start(emergency, at: .now, ramp: nil)
        rig.play(480)
        rig.control.prepareOutputLevel(0, of: 1)
        rig.play(480)
        rig.control.keepOutputLevel(of: 1)
        rig.play(480)
        // All that the samples can do. That of the hum is ready for a card that may have followed after all.
        #expect(abs(try #require(rig.heard.last) - (0.05 + 0.25)) < 0.000_01)
    }

    @Test func `for what starts at an instant the card is up before it`() throws {
        let rig = try rig()
        rig.control.start(emergency, at: .instant(wallNanoseconds: rig.instant + 1_000_000_000), ramp: nil)
        #expect(rig.control.wantedOutputLevel == 0)
    }
}
