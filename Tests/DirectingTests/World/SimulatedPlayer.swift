import Broadcasting
import Directing

/// A player of voices whose frames are milliseconds: it does what it is told, and reports what it did.
struct SimulatedPlayer {
    static let rate = 1000

    struct Voice {
        enum State: Equatable {
            case loaded, playing, paused
            case armed(at: Int64)
        }

        var state = State.loaded
        var gain: Double
        /// Frames into the cue at which the voice begins, and frames from there on.
        var offset: Int64
        var length: Int64
        /// Frames of the cue that are relays.
        var relays: [Range<Int64>] = []
        var position: Int64 = 0
        var heard: Int64 = 0
        /// The gain of its first frame.
        var firstGain: Double?
        /// When it is to begin, in milliseconds of the monotonic clock, if that was said.
        var wanted: Int64?
        /// When it was first told to sound, in milliseconds.
        var began: Int64?
        var hasReportedStart = false
    }

    private(set) var voices: [CueID: Voice] = [:]
    private(set) var reports: [PlayerReport] = []
    /// Milliseconds of the monotonic clock.
    private(set) var clock: Int64 = 0
    var hasDevice = true
    /// Milliseconds from an order to begin at an instant until the amplifier can be heard.
    var warmUp: Int64 = 0
    /// Whether it knows that it has no device, and whether that is still to be told.
    private var knowsLoss = false
    private var hasToTellLoss = false
    /// Frames that are heard of a voice until an order to stop it arrives.
    var heardBeforeStop: Int64 = 0
    /// Frames of silence that each voice has because its decoder comes too late.
    var framesSilent: Int64 = 0
    /// Orders that broke the contract of the effects.
    private(set) var complaints: [String] = []
    /// Cues of which something was heard, ever.
    private(set) var sounded: Set<CueID> = []
    /// Cues that began to sound anew after their voice had been heard and had ended.
    private(set) var playedTwice: Set<CueID> = []
    /// Frames into each cue up to which it was heard by voices that have ended.
    private var heardVoices: [CueID: Int64] = [:]

    /// When the next voice begins or ends by itself.
    var nextInstant: Int64? {
        voices.values.compactMap { voice -> Int64? in
            switch voice.state {
            case .armed(let at): at
            case .playing: clock + voice.length - voice.position
            default: nil
            }
        }.min()
    }

    mutating func loseDevice() {
        hasDevice = false
        guard !knowsLoss else { return }
        knowsLoss = true
        hasToTellLoss = true
    }

    mutating func restoreDevice() {
        hasDevice = true
        knowsLoss = false
    }

    /// Whether it has just noticed that it has no device: to be told before its reports.
    mutating func takeLoss() -> Bool {
        defer { hasToTellLoss = false }
        return hasToTellLoss
    }

    mutating func takeReport() -> PlayerReport? { reports.isEmpty ? nil : reports.removeFirst() }

    /// Lets time pass up to `instant`, milliseconds, with `wall` the wall clock then.
    mutating func advance(to instant: Int64, wallOffset: Int64) {
        while let next = nextInstant, next <= instant {
            pass(max(0, next - clock))
            settle(wallOffset: wallOffset)
        }
        pass(instant - clock)
    }

    private mutating func pass(_ milliseconds: Int64) {
        clock += milliseconds
        for (cue, voice) in voices where voice.state == .playing {
            var voice = voice
            voice.position += milliseconds
            if hasDevice { voice.heard += milliseconds }
            voices[cue] = voice
            if voice.heard > 0 { sounded.insert(cue) }
        }
    }

    private mutating func settle(wallOffset: Int64) {
        for cue in voices.keys.sorted() {
            guard var voice = voices[cue] else { continue }
            if case .armed(let at) = voice.state, at <= clock {
                voice.state = .playing
                voices[cue] = voice
                sound(cue, wallOffset: wallOffset)
            }
            if voice.state == .playing, voice.position >= voice.length { end(cue, .finished) }
        }
    }

    private mutating func sound(_ cue: CueID, wallOffset: Int64) {
        guard var voice = voices[cue] else { return }
        if let heard = heardVoices[cue], voice.began == nil, cue.kind == .broadcast || voice.offset < heard {
            playedTwice.insert(cue)
        }
        if voice.began == nil {
            voice.began = clock
            voice.firstGain = voice.gain
        }
        if !hasDevice { loseDevice() }
        // Without a device it goes on by the clock, and says so all the same.
        if !voice.hasReportedStart {
            voice.hasReportedStart = true
            reports.append(
                .started(
                    cue, at: Timestamp(nanoseconds: (clock + wallOffset) * 1_000_000),
                    startError: Double(clock - (voice.wanted ?? clock)) / 1000))
        }
        voices[cue] = voice
    }

    private mutating func end(_ cue: CueID, _ completion: CueEnd.Completion) {
        guard let voice = voices.removeValue(forKey: cue) else { return }
        if voice.heard > 0 { heardVoices[cue] = voice.offset + voice.heard }
        var result = CueEnd(
            completion: completion, framesDue: voice.length, framesHeard: voice.heard, rate: Self.rate,
            peak: voice.heard > 0 ? -6 : -.infinity)
        result.framesSilent = framesSilent
        let sounded = voice.offset..<voice.offset + voice.heard
        let live = voice.relays.reduce(0) { $0 + $1.clamped(to: sounded).count }
        if live > 0 {
            result.relay = RelayReport(live: Double(live) / 1000, fallback: 0, silence: 0, reconnects: 1)
        }
        reports.append(.ended(cue, result))
    }

    mutating func carryOut(_ effect: Effect, wallOffset: Int64, fails: Bool = false) {
        switch effect {
        case .record, .want: break
        case .load(let cue, let order):
            if voices[cue] != nil || reports.contains(where: { $0.isEnd(of: cue) }) {
                complaints.append("\(cue) was loaded again before it had ended")
            }
            let length = Int64((order.blocks.reduce(0) { $0 + $1.duration } * 1000).rounded())
            let offset = Int64((order.offset * 1000).rounded())
            voices[cue] = Voice(gain: order.gain, offset: offset, length: max(0, length - offset))
            var begin: Int64 = 0
            for block in order.blocks {
                let frames = Int64((block.duration * 1000).rounded())
                if case .relay = block { voices[cue]?.relays.append(begin..<begin + frames) }
                begin += frames
            }
            if fails {
                end(cue, .failed(Reason(.decodingFailed, "no MPEG frame")))
            } else {
                reports.append(.loaded(cue))
            }
        case .start(let cue, let start):
            guard voices[cue] != nil else { return }
            if voices[cue]?.state != .loaded { complaints.append("\(cue) was started twice") }
            switch start {
            case .at(let instant) where instant.nanoseconds / 1_000_000 - wallOffset > clock:
                let wanted = instant.nanoseconds / 1_000_000 - wallOffset
                voices[cue]?.wanted = wanted
                voices[cue]?.state = .armed(at: max(wanted, clock + warmUp))
            default:
                voices[cue]?.state = .playing
                sound(cue, wallOffset: wallOffset)
            }
        case .pause(let cue):
            guard let voice = voices[cue] else { return }
            voices[cue]?.state = .paused
            reports.append(.paused(cue, Heard(frames: voice.heard, rate: Self.rate)))
        case .resume(let cue, let point):
            guard let voice = voices[cue] else { return }
            if voice.state != .paused { complaints.append("\(cue) was resumed while \(voice.state)") }
            switch point {
            case .heard: break
            case .beginning:
                voices[cue]?.position = 0
                voices[cue]?.heard = 0
            case .liveEdge: voices[cue]?.position = clock - (voice.began ?? clock)
            }
            voices[cue]?.state = .playing
            let isFirst = voice.began == nil
            sound(cue, wallOffset: wallOffset)
            if !isFirst { reports.append(.resumed(cue)) }
        case .setGain(let cue, let decibels): voices[cue]?.gain = decibels
        case .stop(let cue):
            voices[cue]?.heard += heardBeforeStop
            end(cue, .stopped)
        }
    }

    /// Lets go of a voice whose audio cannot be played now.
    mutating func giveBack(_ cue: CueID) { end(cue, .stopped) }

    /// What a restarted program finds: no voice, no report, and what had been heard.
    mutating func die() -> [CueID: Heard] {
        let heard = voices.filter { $0.value.heard > 0 || $0.value.state == .playing }
            .mapValues { Heard(frames: $0.heard, rate: Self.rate) }
        for (cue, voice) in voices where voice.heard > 0 { heardVoices[cue] = voice.offset + voice.heard }
        voices.removeAll()
        reports.removeAll()
        (knowsLoss, hasToTellLoss) = (false, false)
        return heard
    }
}

extension PlayerReport {
    func isEnd(of cue: CueID) -> Bool { if case .ended(cue, _) = self { true } else { false } }
}
