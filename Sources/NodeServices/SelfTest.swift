import Acoustics
import Broadcasting
import Playout
import RuntimeSupport

/// Plays a sweep, and listens for it where there is a microphone: the proof that sound left the horn.
struct SelfTest: Sendable {
    /// The longest time in seconds from the device to the microphone.
    static let longestDelay = 1.0
    /// Seconds after which a test is given up that does not end by itself.
    static let patience = 30.0

    /// The crest of the sweep in dBFS.
    var level: Double
    /// The ALSA name of the microphone; nil when nobody listens.
    var microphone: String?
    /// Frames in a second in which the sweep is made.
    var rate = 48_000

    /// Makes the test, as one voice of `player`.
    ///
    /// - Parameter events: what the player tells of that voice, and that its device is lost.
    /// - Returns: nil when the voice was stopped, or the device lost, before its end: the test says nothing then.
    func run(with player: Player, as voice: VoiceID, events: AsyncStream<PlayerEvent>) async -> SelfTestResult? {
        var result = SelfTestResult(at: Timestamp(nanoseconds: WallClock.nanoseconds))
        let recorder: Recorder?
        do { recorder = try microphone.map { try Recorder($0) } } catch {
            result.error = "\(error)"
            return result
        }
        var news = recorder?.news.makeAsyncIterator()
        // Without its first sound nobody knows that a microphone listens. One that does not is told, and the sweep is played anyway.
        if case .failed(let words) = await news?.next() { result.error = words }
        guard let heard = await play(with: player, as: voice, events: events, recorder) else {
            recorder?.cancel()
            return nil
        }
        result.at = Timestamp(nanoseconds: heard.began)
        if let problem = heard.problem { result.error = problem }
        guard result.error == nil, news != nil else {
            recorder?.cancel()
            return result
        }
        switch await news?.next() {
        case .recorded(let recording): judge(recording, began: heard.began, &result)
        case .failed(let words): result.error = words
        default: result.error = "the microphone said nothing"
        }
        return result
    }

    private func play(
        with player: Player, as voice: VoiceID, events: AsyncStream<PlayerEvent>, _ recorder: Recorder?
    ) async -> (began: Int64, problem: String?)? {
        let sweep = ExponentialSweep.selfTest
        player.load(
            VoiceRequest(
                id: voice, segments: [.samples(sweep.samples(rate: Double(rate)), rate: rate)], gain: level))
        player.start(voice, at: .now)
        let deadline = Task {
            if (try? await Task.sleep(for: .seconds(Self.patience))) != nil { player.stop(voice) }
        }
        defer { deadline.cancel() }
        var began: Int64?
        for await event in events {
            switch event {
            case .started(voice, let wallNanoseconds, _):
                began = wallNanoseconds
                let end = monotonic(wallNanoseconds) + Int64((sweep.duration + Self.longestDelay) * 1e9)
                recorder?.end(at: end)
            case .ended(voice, let end):
                switch end.completion {
                case .stopped: return nil
                case .failed(let words): return (began ?? WallClock.nanoseconds, words)
                case .finished:
                    let isWhole = end.framesHeard == end.framesDue
                    return began.map { ($0, isWhole ? nil : "not all of the sweep left the device") }
                }
            case .deviceLost:
                player.stop(voice)
                return nil
            default: continue
            }
        }
        return nil
    }

    private func judge(_ recording: Recorder.Recording, began: Int64, _ result: inout SelfTestResult) {
        let detector = SweepDetector(.selfTest)
        guard Double(recording.rate) >= detector.lowestRate else {
            result.error = "\(recording.rate) Hz of the microphone are too few"
            return
        }
        let begin = monotonic(began)
        let length = ExponentialSweep.selfTest.duration + Self.longestDelay
        let part = recording.between(begin - 100_000_000, begin + Int64(length * 1e9))
        let finding = detector.find(in: part.sound, rate: Double(part.rate))
        result.heard = finding.isHeard
        result.level = finding.level
        result.prominence = finding.prominence
        result.delay = finding.position.map { $0 + Double(part.first - begin) / 1e9 }
        if let peak = finding.peak, peak > -0.1, finding.isHeard {
            result.error = "the microphone is overdriven: lower its level or that of the test"
        }
    }

    /// An instant of the wall clock on the monotonic one.
    private func monotonic(_ wall: Int64) -> Int64 { wall - WallClock.nanoseconds + MonotonicClock.nanoseconds }
}
