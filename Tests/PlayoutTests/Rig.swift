import Logging
import RuntimeSupport
import Synchronization

@testable import ALSAPlayback
@testable import Playout
@testable import Rendering

/// A player's control, decks and renderer without threads and without a device, mono, at 48 kHz at first, on a clock that moves with the
/// frames. Nothing is decoded and nothing reported before the test says so.
final class Rig {
    static let rate = 48_000
    private static let step = 240

    let control: PlayerControl
    private var rate = Rig.rate
    private let hand = ClockHand(1_000_000_000_000)
    private let events = Locked<[PlayerEvent]>([])
    private var decks: DeckHand
    private var renderer: Renderer
    /// All frames that were heard.
    private(set) var heard: [Float] = []
    /// Whether control has its reports after each step.
    var isTelling = true

    init(mixer: String? = nil) throws {
        let bench = DeckBench()
        let outlet = EventOutlet { [events] event in
            events.withLock { $0.append(event) }
            return 0
        } finish: {
        }
        control = PlayerControl(
            configuration: PlayerConfiguration(rate: Self.rate, channels: 1, mixerElement: mixer),
            port: try MixerPort(), outlet: outlet,
            clock: PlayerClock(hand), bench: bench, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        decks = DeckHand(bench: bench, owner: control)
        renderer = Renderer(link: control.link, channels: 1, rate: Self.rate, ceiling: nil)
    }

    /// The time of day, in nanoseconds.
    var instant: Int64 { hand.instant.load(ordering: .relaxed) }

    /// Loads samples of which each says its place: that of the first is 1.
    func loadPlaces(_ id: VoiceID, frames: Int, offset: Double = 0) {
        load(id, (1...frames).map { Float($0) / Float(1 << 20) }, offset: offset)
    }

    func load(_ id: VoiceID, _ samples: [Float], offset: Double = 0) {
        control.load(
            VoiceRequest(id: id, segments: [.samples(samples, rate: Self.rate, gain: 0)], offset: offset))
        decode()
    }

    /// The places that the frames of `range` have, where their voice sounds at its full gain; 0 where nothing sounds.
    func places(_ range: Range<Int>) -> [Int] { heard[range].map { Int(($0 * Float(1 << 20)).rounded()) } }

    /// Fills the rings.
    func decode() { decks.work() }

    /// Plays the next frames, reporting progress after each `progress` frames of a voice.
    func play(_ frames: Int, progress: Int64 = .max) {
        var left = frames
        while left > 0 {
            let count = min(left, Self.step)
            let clock = FrameClock(
                frame: renderer.frontier, instant: hand.instant.load(ordering: .relaxed), rate: Int64(rate))
            if renderer.hasCommands { renderer.takeCommands() }
            renderer.placeStarts(within: count, by: clock)
            var samples = [Float](repeating: 0, count: count)
            unsafe samples.withUnsafeMutableBytes { bytes in
                guard let target = bytes.baseAddress else { return }
                unsafe renderer.render(count, as: .float, to: target)
            }
            heard += samples
            left -= count
            hand.instant.store(clock.instant(of: renderer.frontier), ordering: .relaxed)
            renderer.advance(heard: renderer.frontier, audible: true, clock: clock, progressInterval: progress)
            if isTelling { tell() }
        }
    }

    /// Has the device come back at a rate.
    func reopen(rate: Int = Rig.rate) {
        self.rate = rate
        renderer.adopt(channels: 1, rate: rate)
        control.hear(
            .opened(
                PCMParameters(
                    rate: rate, format: .s16, channels: 1, bufferFrames: 12_000, periodFrames: 3_000, isBatch: false,
                    isTimestamped: true, canRewind: true)))
    }

    /// Gives control its reports.
    func tell() { control.state.withLock { control.takeReports(&$0) } }

    /// What was told since this was last called.
    func takeEvents() -> [PlayerEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }

    /// How the voice ended, if that is among the events.
    func end(of id: VoiceID) -> VoiceEnd? {
        takeEvents().compactMap { if case .ended(id, let end) = $0 { end } else { nil } }.first
    }
}
