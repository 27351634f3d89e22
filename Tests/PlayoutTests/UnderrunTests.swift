import Testing

@testable import Playout
@testable import Rendering

/// A decoder that comes too late.
@Suite struct UnderrunTests {
    private let id = VoiceID(1)
    /// Frames of the gap where 70,000 are asked for of a ring that nobody fills.
    private let gap = Int64(70_000 + Limiter.lookahead - FrameRing.capacity)

    @Test
    func
        `a voice whose decoder comes too late has a gap that the device's status tells when it sounds again, and its end`()
        throws
    {
        let rig = try Rig()
        // Longer than a ring.
        rig.load(id, [Float](repeating: 0.5, count: 80_000))
        rig.control.start(id, at: .now, ramp: nil)
        rig.play(60_000, progress: 4_800)
        #expect(rig.control.status.voiceUnderruns == 0)
        rig.play(10_000, progress: 4_800)
        rig.decode()
        rig.play(5_040, progress: 4_800)
        #expect(rig.takeEvents().allSatisfy { if case .ended = $0 { false } else { true } })
        #expect(rig.control.status.voiceUnderruns == 1)
        rig.play(70_000, progress: 4_800)
        let end = try #require(rig.end(of: id))
        #expect(end.completion == .finished)
        #expect(end.framesHeard == 80_000)
        #expect(end.underrunFrames == gap)
        #expect(rig.control.status.voiceUnderruns == 1)
    }

    @Test func `a gap and the loudest sample are told though the voice went on elsewhere`() throws {
        let rig = try Rig()
        rig.load(id, [Float](repeating: 0.5, count: 60_000) + [Float](repeating: 0.1, count: 240_000))
        rig.control.start(id, at: .now, ramp: nil)
        rig.play(70_000)
        rig.decode()
        rig.play(4_800)
        rig.control.pause(id, ramp: 0)
        rig.play(4_800)
        rig.control.resume(id, from: .liveEdge, ramp: 0)
        for _ in 0..<10 {
            rig.decode()
            rig.play(48_000)
        }
        let end = try #require(rig.end(of: id))
        #expect(end.completion == .finished)
        #expect(end.underrunFrames == gap)
        #expect(abs(end.peak - Decibels.level(0.5)) < 0.001)
        #expect(rig.control.status.voiceUnderruns == 1)
    }
}
