import Logging
import RuntimeSupport
import Testing

@testable import Playout
@testable import Rendering

/// A decoder that comes too late.
@Suite struct UnderrunTests {
    @Test func `a voice whose decoder comes too late has a gap that its end tells and the device's status counts`()
        throws
    {
        let (id, rate) = (VoiceID(1), 48_000)
        let ends = Locked<[VoiceEnd]>([])
        let outlet = EventOutlet { event in
            if case .ended(_, let end) = event { ends.withLock { $0.append(end) } }
            return 0
        } finish: {
        }
        let bench = DeckBench()
        let control = PlayerControl(
            configuration: PlayerConfiguration(rate: rate, channels: 1), port: try MixerPort(), outlet: outlet,
            bench: bench, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var decks = DeckHand(bench: bench, owner: control)
        var renderer = Renderer(link: control.link, channels: 1, rate: rate, ceiling: nil)
        func render(_ frames: Int) {
            if renderer.hasCommands { renderer.takeCommands() }
            unsafe renderer.render(frames, as: .s16, to: nil)
            let clock = FrameClock(frame: 0, instant: 0, rate: Int64(rate))
            renderer.advance(heard: renderer.frontier, audible: true, clock: clock, progressInterval: Int64.max)
            control.state.withLock { control.takeReports(&$0) }
        }
        // Longer than a ring.
        let samples = [Float](repeating: 0.5, count: 80_000)
        control.load(VoiceRequest(id: id, segments: [.samples(samples, rate: rate, gain: 0)]))
        decks.work()
        control.start(id, at: .now, ramp: nil)
        // The ring has 65,536 frames; nobody fills it meanwhile.
        for _ in 0..<14 { render(5000) }
        #expect(control.status.voiceUnderruns == 0, "it is not over")
        decks.work()
        for _ in 0..<14 { render(5000) }
        decks.work()
        let end = try #require(ends.withLock { $0.first })
        #expect(end.completion == .finished)
        #expect(end.framesHeard == 80_000)
        #expect(end.underrunFrames == Int64(70_000 + Limiter.lookahead - FrameRing.capacity))
        #expect(control.status.voiceUnderruns == 1)
    }
}
