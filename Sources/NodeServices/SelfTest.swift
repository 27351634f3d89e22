import Acoustics
import Broadcasting
import Playout
import RuntimeSupport

/// Plays a sweep, and listens for it where there is a microphone: the proof that sound left the horn.
struct SelfTest: Sendable {
    /// The longest time in seconds from the device to the microphone.
    static let longestDelay = 1.0
    /// Seconds after which a test is given up that does not end by itself.
    static let usualPatience = 30.0
    /// Frames in a second in which the sweep is made. The player brings it to the rate of the device, which may be too low for all of it.
    private static let rate = 48_000

    /// The crest of the sweep in dBFS.
    var level: Double
    /// The ALSA name of the microphone; nil when nobody listens.
    var microphone: String?
    /// Seconds after which this one is given up.
    var patience = SelfTest.usualPatience

    /// Makes the test, as one voice of `player`. Runs on no actor: what is to be computed must not keep the core waiting.
    ///
    /// - Parameter events: what the player tells of that voice, and that its device is lost.
    /// - Returns: nil when the voice was stopped before its end, for something else was to sound: the test says nothing then. A device
    ///   that is lost meanwhile, or does not play, is an error in the result.
    @concurrent func run(with player: Player, as voice: VoiceID, events: AsyncStream<PlayerEvent>) async
        -> SelfTestResult?
    {
        var result = SelfTestResult(at: Timestamp(nanoseconds: WallClock.nanoseconds))
        let listener: SweepListener?
        do { listener = try microphone.map { try SweepListener($0, for: .selfTest) } } catch {
            result.error = "\(error)"
            return result
        }
        var news = listener?.news.makeAsyncIterator()
        // Without its first sound nobody knows that a microphone listens. One that does not is told, and the sweep is played anyway.
        if case .failed(let words) = await news?.next() { result.error = words }
        guard let heard = await play(with: player, as: voice, events: events, listener) else {
            listener?.cancel()
            return nil
        }
        result.at = Timestamp(nanoseconds: heard.began)
        if let problem = heard.problem { result.error = problem }
        guard result.error == nil, news != nil else {
            listener?.cancel()
            return result
        }
        switch await news?.next() {
        case .found(let finding, let delay): note(finding, delay: delay, &result)
        case .failed(let words): result.error = words
        default: result.error = "the microphone said nothing"
        }
        return result
    }

    /// What became of the sweep.
    private struct Playback {
        /// When its first frame left the device, or when it failed.
        var began: Int64
        var problem: String?
    }

    private func play(
        with player: Player, as voice: VoiceID, events: AsyncStream<PlayerEvent>, _ listener: SweepListener?
    ) async -> Playback? {
        let sweep = ExponentialSweep.selfTest.samples(rate: Double(Self.rate))
        player.load(VoiceRequest(id: voice, segments: [.samples(sweep, rate: Self.rate)], gain: level))
        player.start(voice, at: .now)
        return await withTaskGroup(of: Playback?.self) { group in
            group.addTask { await follow(voice, of: player, events, listener) }
            group.addTask { [patience] in
                do { try await Task.sleep(for: .seconds(patience)) } catch { return nil }
                return Playback(
                    began: WallClock.nanoseconds,
                    problem: "the sweep was not played to its end within \(patience) s: look at the sound card")
            }
            defer { group.cancelAll() }
            let playback = await group.next() ?? nil
            // It may still wait for a device.
            player.stop(voice)
            return playback
        }
    }

    /// Follows the sweep to its end; nil when it was stopped.
    private func follow(
        _ voice: VoiceID, of player: Player, _ events: AsyncStream<PlayerEvent>, _ listener: SweepListener?
    ) async -> Playback? {
        var began: Int64?
        for await event in events {
            switch event {
            case .started(voice, let wallNanoseconds, _):
                began = wallNanoseconds
                listener?.sweepBegan(at: monotonic(wallNanoseconds), delay: Self.longestDelay)
            case .ended(voice, let end):
                switch end.completion {
                case .stopped: return nil
                case .failed(let words): return Playback(began: began ?? WallClock.nanoseconds, problem: words)
                case .finished:
                    guard let began, end.framesHeard == end.framesDue else {
                        return Playback(
                            began: began ?? WallClock.nanoseconds, problem: "not all of the sweep left the device")
                    }
                    return Playback(began: began)
                }
            case .deviceLost(let words):
                player.stop(voice)
                return Playback(
                    began: began ?? WallClock.nanoseconds, problem: "the sound card was lost meanwhile: \(words)")
            default: continue
            }
        }
        return nil
    }

    private func note(_ finding: SweepFinding, delay: Double?, _ result: inout SelfTestResult) {
        result.heard = finding.isHeard
        result.level = finding.level
        result.prominence = finding.prominence
        result.delay = delay
        if let peak = finding.peak, peak > -0.1, finding.isHeard {
            result.error = "the microphone is overdriven: lower its level or that of the test"
        }
    }

    /// An instant of the wall clock on the monotonic one.
    private func monotonic(_ wall: Int64) -> Int64 { wall - WallClock.nanoseconds + MonotonicClock.nanoseconds }
}
