import Logging
import RuntimeSupport
import Testing

@testable import ALSAPlayback
@testable import Playout
@testable import Rendering

/// In which order it is told what the device did, and what became of it.
@Suite struct DeviceNewsTests {
    @Test func `what came before the device's loss or return is told before it`() throws {
        let rate = 48_000
        let told = Locked<[String]>([])
        let outlet = EventOutlet { event in
            switch event {
            case .started(let voice, _, _): told.withLock { $0.append("\(voice) started") }
            case .deviceLost: told.withLock { $0.append("lost") }
            case .deviceRestored: told.withLock { $0.append("restored") }
            default: break
            }
            return 0
        } finish: {
        }
        let bench = DeckBench()
        let control = PlayerControl(
            configuration: PlayerConfiguration(rate: rate, channels: 1), port: try MixerPort(), outlet: outlet,
            bench: bench, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        var decks = DeckHand(bench: bench, owner: control)
        var renderer = Renderer(link: control.link, channels: 1, rate: rate, ceiling: nil)
        func sound(_ number: UInt64, audible: Bool) {
            control.load(VoiceRequest(id: VoiceID(number), segments: [.silence(duration: 1)]))
            decks.work()
            control.start(VoiceID(number), at: .now, ramp: nil)
            renderer.takeCommands()
            unsafe renderer.render(480, as: .s16, to: nil)
            let clock = FrameClock(frame: 0, instant: 0, rate: Int64(rate))
            renderer.advance(heard: renderer.frontier, audible: audible, clock: clock, progressInterval: Int64.max)
        }
        sound(1, audible: true)
        control.hear(Mixer.DeviceNews.lost("gone"))
        sound(2, audible: false)
        control.hear(
            Mixer.DeviceNews.opened(
                PCMParameters(
                    rate: rate, format: .s16, channels: 1, bufferFrames: 12_000, periodFrames: 3_000, isBatch: false,
                    isTimestamped: true, canRewind: true)))
        #expect(told.withLock { $0 } == ["1 started", "lost", "2 started", "restored"])
    }
}
