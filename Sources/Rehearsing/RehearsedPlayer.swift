import Broadcasting
import Directing

/// A player whose device never fails and whose decoders are always ready: each order is carried out at its instant, and each voice
/// sounds for exactly as long as its blocks say.
struct RehearsedPlayer: RehearsalPlayer {
    /// Frames in a second, in what the player reports: microseconds.
    static let rate = 1_000_000

    private struct Voice {
        enum State: Equatable {
            case loaded, sounding, paused
            case armed(at: Int64)
        }

        var state = State.loaded
        /// Nanoseconds of the whole voice, and how many of them have passed.
        var length: Int64
        var position: Int64 = 0
        var heard: Int64 = 0
        /// When it first sounded, and up to when it has been counted, on the monotonic clock.
        var began: Int64?
        var counted: Int64 = 0
    }

    private var voices: [CueID: Voice] = [:]
    private var reports: [PlayerReport] = []

    var isIdle: Bool { voices.isEmpty }

    var hasReports: Bool { !reports.isEmpty }

    mutating func proceed(from now: Instant, to end: Int64) -> Int64 {
        let reached = min(end, max(nextInstant ?? end, now.monotonic))
        let passed = reached - now.monotonic
        advance(
            to: Instant(
                wall: now.wall.advanced(byNanoseconds: passed), monotonic: reached, clockTrusted: now.clockTrusted))
        return reached
    }

    /// When the next voice begins or ends by itself, on the monotonic clock.
    private var nextInstant: Int64? {
        var earliest: Int64?
        for voice in voices.values {
            let instant: Int64
            switch voice.state {
            case .armed(let at): instant = at
            case .sounding: instant = voice.counted + voice.length - voice.position
            case .loaded, .paused: continue
            }
            earliest = min(earliest ?? instant, instant)
        }
        return earliest
    }

    mutating func takeReports() -> [PlayerReport] {
        defer { reports.removeAll(keepingCapacity: true) }
        return reports
    }

    /// Lets time pass up to `now`, which is not after `nextInstant`.
    private mutating func advance(to now: Instant) {
        for cue in voices.keys.sorted() {
            guard var voice = voices[cue] else { continue }
            if voice.state == .sounding { count(&voice, to: now.monotonic) }
            voices[cue] = voice
            if voice.state == .sounding, voice.position >= voice.length { end(cue, .finished) }
            if case .armed(let at) = voice.state, at <= now.monotonic { sound(cue, at: now) }
        }
    }

    mutating func carryOut(_ effect: Effect, at now: Instant) {
        switch effect {
        case .record, .want: return
        case .load(let cue, let order):
            let seconds = order.blocks.reduce(0) { $0 + $1.duration } - order.offset
            voices[cue] = Voice(length: Int64((max(seconds, 0) * 1e9).rounded()))
            reports.append(.loaded(cue))
        case .start(let cue, .now): sound(cue, at: now)
        case .start(let cue, .at(let wall)):
            let wait = wall.nanoseconds - now.wall.nanoseconds
            if wait <= 0 { sound(cue, at: now) } else { voices[cue]?.state = .armed(at: now.monotonic + wait) }
        case .pause(let cue):
            guard var voice = voices[cue] else { return }
            if voice.state == .sounding { count(&voice, to: now.monotonic) }
            voice.state = .paused
            voices[cue] = voice
            reports.append(.paused(cue, Heard(frames: voice.heard / 1000, rate: Self.rate)))
        case .resume(let cue, let point): resume(cue, from: point, at: now)
        case .setGain: return
        case .stop(let cue):
            guard var voice = voices[cue] else { return }
            if voice.state == .sounding { count(&voice, to: now.monotonic) }
            voices[cue] = voice
            end(cue, .stopped)
        }
    }

    private func count(_ voice: inout Voice, to monotonic: Int64) {
        let passed = min(monotonic - voice.counted, voice.length - voice.position)
        voice.position += passed
        voice.heard += passed
        voice.counted = monotonic
    }

    private mutating func sound(_ cue: CueID, at now: Instant) {
        guard var voice = voices[cue], voice.state != .sounding else { return }
        voice.state = .sounding
        voice.counted = now.monotonic
        if voice.began == nil {
            voice.began = now.monotonic
            reports.append(.started(cue, at: now.wall, startError: 0))
        }
        voices[cue] = voice
    }

    private mutating func resume(_ cue: CueID, from point: ResumePoint, at now: Instant) {
        guard var voice = voices[cue] else { return }
        let isFirst = voice.began == nil
        switch point {
        case .heard: break
        case .beginning:
            voice.position = 0
            voice.heard = 0
        case .liveEdge: voice.position = min(voice.length, now.monotonic - (voice.began ?? now.monotonic))
        }
        voices[cue] = voice
        sound(cue, at: now)
        if !isFirst { reports.append(.resumed(cue)) }
    }

    private mutating func end(_ cue: CueID, _ completion: CueEnd.Completion) {
        guard let voice = voices.removeValue(forKey: cue) else { return }
        reports.append(
            .ended(
                cue,
                CueEnd(
                    completion: completion, framesDue: voice.length / 1000, framesHeard: voice.heard / 1000,
                    rate: Self.rate, peak: voice.heard > 0 ? 0 : -.infinity)))
    }
}
