public import Broadcasting
public import Directing
public import Playout

// The director and the player do not know each other: what one says is put here into the other's words.

extension CueEnd {
    /// How a voice ended, as the director hears it.
    public init(_ end: VoiceEnd) {
        let completion: Completion =
            switch end.completion {
            case .finished: .finished
            case .stopped: .stopped
            case .failed(let words): .failed(Reason(.decodingFailed, words))
            }
        self.init(
            completion: completion, framesDue: end.framesDue, framesHeard: end.framesHeard, rate: end.rate,
            peak: end.peak)
        framesSkipped = end.framesSkipped
        framesSilent = end.underrunFrames
        relay = end.relay.map { account in
            // Milliseconds, and an error's first words: a journal is kept for years.
            func rounded(_ seconds: Double) -> Double { (seconds * 1_000).rounded() / 1_000 }
            return RelayReport(
                live: rounded(account.live), fallback: rounded(account.fallback), silence: rounded(account.silence),
                reconnects: account.reconnects, error: account.lastError.map { String($0.prefix(200)) })
        }
    }

    /// The end of a cue that never came to the player.
    public static func unheard(_ completion: Completion) -> CueEnd {
        CueEnd(completion: completion, framesDue: 0, framesHeard: 0, rate: 0, peak: -.infinity)
    }
}

extension PlayoutStart {
    /// The start that the director ordered.
    public init(_ time: StartTime) {
        switch time {
        case .now: self = .now
        case .at(let instant): self = .instant(wallNanoseconds: instant.nanoseconds)
        }
    }
}

extension Playout.ResumePoint {
    /// The place that the director ordered.
    public init(_ point: Directing.ResumePoint) {
        switch point {
        case .heard: self = .heard
        case .beginning: self = .beginning
        case .liveEdge: self = .liveEdge
        }
    }
}

extension VoiceRequest {
    /// The voice that sounds what the director ordered.
    ///
    /// - Parameter path: where the file of a piece of audio lies. A relay whose fallback has none goes without it; any other piece
    ///   has one.
    public init(id: VoiceID, _ order: LoadOrder, path: (AudioReference) -> String?) {
        let segments = order.blocks.map { block -> PlayoutSegment in
            switch block {
            case .audio(let audio), .chime(let audio): .file(path: path(audio) ?? "", gain: audio.gain)
            case .pause(let duration): .silence(duration: duration)
            case .relay(let url, let duration, let audio):
                .relay(
                    RelaySegment(
                        url: url, duration: duration,
                        fallback: audio.flatMap { audio in
                            path(audio).map { RelaySegment.Fallback(path: $0, gain: audio.gain) }
                        }))
            }
        }
        self.init(id: id, segments: segments, gain: order.gain, offset: order.offset)
    }
}
