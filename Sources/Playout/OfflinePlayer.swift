public import Logging
import Rendering
import RuntimeSupport
import Synchronization

/// A player without a device, on a clock that moves with the frames that are asked for: what `Player` would have its device play,
/// computed as fast as the machine can.
///
/// The same control, decks and renderer as `Player`, with the same calls and events. No station is called: a relay sounds as one does
/// whose station never answers. Belongs to one thread.
public final class OfflinePlayer {
    /// Frames after which it is looked for what is to be reported.
    private static let step = 256

    private let control: PlayerControl
    private let hand: ClockHand
    private let events = Locked<[PlayerEvent]>([])
    private var decks: DeckHand
    private var renderer: Renderer
    private let start: Int64
    private let rate: Int64
    private let channels: Int
    /// Frames that were given since the beginning.
    public private(set) var frames: Int64 = 0

    /// Makes a player whose next frame leaves the device that there is not at `wallNanoseconds`.
    ///
    /// Of `configuration` count the rate, the channels, the limiter and what relays wait for.
    /// - Throws: `SystemError` when the process has no descriptor left.
    public init(configuration: PlayerConfiguration, at wallNanoseconds: Int64, logger: Logger) throws {
        let hand = ClockHand(wallNanoseconds)
        let bench = DeckBench()
        let outlet = EventOutlet { [events] event in
            events.withLock { events in
                events.append(event)
                return events.count
            }
        } finish: {
        }
        self.hand = hand
        start = wallNanoseconds
        rate = Int64(configuration.rate)
        channels = configuration.channels
        control = PlayerControl(
            configuration: configuration, port: try MixerPort(), outlet: outlet, clock: PlayerClock(hand),
            bench: bench, logger: logger)
        decks = DeckHand(bench: bench, owner: control)
        renderer = Renderer(
            link: control.link, channels: configuration.channels, rate: configuration.rate,
            ceiling: configuration.ceiling.map { Float(Decibels.factor($0)) }, isDithered: configuration.isDithered)
    }

    // MARK: - Calls, as those of `Player`

    public func load(_ request: VoiceRequest) {
        control.load(request)
        decks.work()
    }

    public func start(_ id: VoiceID, at start: PlayoutStart, ramp: Double? = nil) {
        control.start(id, at: start, ramp: ramp)
    }

    public func pause(_ id: VoiceID, ramp: Double = 0.01) {
        control.pause(id, ramp: ramp)
    }

    public func resume(_ id: VoiceID, from point: ResumePoint = .heard, ramp: Double? = nil) {
        control.resume(id, from: point, ramp: ramp)
        decks.work()
    }

    public func setGain(_ id: VoiceID, decibels: Double, ramp: Double? = nil) {
        control.setGain(id, decibels: decibels, ramp: ramp)
    }

    public func stop(_ id: VoiceID, ramp: Double = 0.01) {
        control.stop(id, ramp: ramp)
        decks.work()
    }

    /// What has happened since this was last called, in order.
    public func takeEvents() -> [PlayerEvent] {
        events.withLock { events in
            defer { events.removeAll(keepingCapacity: true) }
            return events
        }
    }

    // MARK: - Time

    /// Nanoseconds of wall time at which the next frame leaves the device.
    public var instant: Int64 { instant(of: frames) }

    /// Frames that leave the device before `instant`.
    public func frames(before instant: Int64) -> Int64 {
        let (seconds, rest) = (instant - start).quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds * rate + (rest * rate + 999_999_999) / 1_000_000_000
    }

    private func instant(of frame: Int64) -> Int64 {
        let (seconds, rest) = frame.quotientAndRemainder(dividingBy: rate)
        return start + seconds * 1_000_000_000 + rest * 1_000_000_000 / rate
    }

    /// Puts the next frames into `samples`, 16 bits interleaved, from its beginning: as many as there is room for, or fewer, once
    /// something has happened that `takeEvents` tells. Returns how many.
    public func render(into samples: inout MutableSpan<Int16>) -> Int {
        let room = samples.count / channels
        var done = 0
        while done < room, events.withLock({ $0.isEmpty }) {
            var part = samples._mutatingExtracting(done * channels..<room * channels)
            done += isSilent ? skip(&part) : renderStep(&part)
        }
        return done
    }

    /// Whether nothing sounds or is about to.
    private var isSilent: Bool {
        if renderer.hasCommands || renderer.isActive { return false }
        return silence > 0
    }

    /// Frames until a start that is due has to be placed.
    private var silence: Int64 {
        guard let next = renderer.nextInstant else { return Int64.max }
        return max(0, frames(before: next) - frames - rate / 10)
    }

    private func skip(_ samples: inout MutableSpan<Int16>) -> Int {
        let count = Int(min(Int64(samples.count / channels), silence))
        for index in 0..<count * channels { samples[index] = 0 }
        move(by: count)
        return count
    }

    private func renderStep(_ samples: inout MutableSpan<Int16>) -> Int {
        decks.work()
        if renderer.hasCommands { renderer.takeCommands() }
        let clock = FrameClock(frame: renderer.frontier, instant: instant, rate: rate)
        let count = min(samples.count / channels, Self.step)
        renderer.placeStarts(within: count, by: clock)
        unsafe samples.withUnsafeMutableBytes { bytes in
            guard let target = bytes.baseAddress else { return }
            unsafe renderer.render(count, as: .s16, to: target)
        }
        move(by: count)
        renderer.advance(heard: renderer.frontier, audible: true, clock: clock, progressInterval: Int64.max)
        control.state.withLock { control.takeReports(&$0) }
        decks.work()
        return count
    }

    private func move(by count: Int) {
        frames += Int64(count)
        hand.instant.store(instant, ordering: .relaxed)
    }
}
