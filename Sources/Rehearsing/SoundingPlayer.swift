import Broadcasting
import Cueing
import Directing
import Logging
import Playout

/// The node's own player without a device: what it renders goes to a recording.
struct SoundingPlayer: RehearsalPlayer {
    private static let chunk = 16_384

    private let recording: Recording
    /// The wall time at which the monotonic clock was 0, and what the recording begins and ends at on that clock.
    private let origin: Int64
    private let first: Int64
    private let last: Int64
    private let write: (Span<Int16>) throws -> Void
    /// None before the first voice is loaded or the recording begins.
    private var player: OfflinePlayer?
    private var buffer: [Int16]
    private var voices: [CueID: VoiceID] = [:]
    private var cues: [VoiceID: CueID] = [:]
    private var rates: [VoiceID: Int] = [:]
    private var lastVoice: UInt64 = 0
    private var reports: [PlayerReport] = []

    /// - Parameters:
    ///   - origin: the wall time of the monotonic clock's 0, in nanoseconds.
    ///   - first: the monotonic instant of the recording's first frame; its last is before `last`.
    init(
        _ recording: Recording, origin: Int64, first: Int64, last: Int64, write: @escaping (Span<Int16>) throws -> Void
    ) {
        self.recording = recording
        self.origin = origin
        self.first = first
        self.last = last
        self.write = write
        buffer = [Int16](repeating: 0, count: Self.chunk * recording.channels)
    }

    var isIdle: Bool { voices.isEmpty }

    var hasReports: Bool { !reports.isEmpty }

    mutating func takeReports() -> [PlayerReport] {
        defer { reports.removeAll(keepingCapacity: true) }
        return reports
    }

    mutating func carryOut(_ effect: Effect, at now: Instant) throws {
        switch effect {
        case .record, .want: return
        case .load(let cue, let order): try load(cue, order, at: now)
        case .start(let cue, let start): voices[cue].map { player?.start($0, at: PlayoutStart(start)) }
        case .pause(let cue): voices[cue].map { player?.pause($0) }
        case .resume(let cue, let point): voices[cue].map { player?.resume($0, from: Playout.ResumePoint(point)) }
        case .setGain(let cue, let decibels): voices[cue].map { player?.setGain($0, decibels: decibels) }
        case .stop(let cue): voices[cue].map { player?.stop($0) }
        }
        takeEvents()
    }

    mutating func proceed(from now: Instant, to end: Int64) throws -> Int64 {
        if player == nil {
            if end < first { return end }
            player = try makePlayer(at: first)
        }
        guard let player else { return end }
        var left = player.frames(before: origin + end) - player.frames
        while left > 0, reports.isEmpty {
            let before = player.frames
            let count = render(player, Int(min(left, Int64(Self.chunk))))
            try keep(count, from: before, of: player)
            left -= Int64(count)
            takeEvents()
        }
        return reports.isEmpty ? end : min(end, max(now.monotonic, player.instant - origin))
    }

    private mutating func render(_ player: OfflinePlayer, _ count: Int) -> Int {
        // A local owner: the compiler takes a span of `buffer` for an access to all of `self`.
        var chunk: [Int16] = []
        swap(&chunk, &buffer)
        defer { swap(&chunk, &buffer) }
        var span = chunk.mutableSpan
        var part = span._mutatingExtracting(0..<count * recording.channels)
        return player.render(into: &part)
    }

    /// Writes what belongs to the recording of the frames that were just rendered.
    private func keep(_ count: Int, from frame: Int64, of player: OfflinePlayer) throws {
        let begin = max(0, player.frames(before: origin + first) - frame)
        let end = min(Int64(count), player.frames(before: origin + last) - frame)
        guard begin < end else { return }
        let channels = recording.channels
        try write(buffer.span.extracting(Int(begin) * channels..<Int(end) * channels))
    }

    /// A player whose clock has a frame exactly at the recording's beginning, and one at `instant` or just before it.
    private func makePlayer(at instant: Int64) throws -> OfflinePlayer {
        let rate = Int64(recording.rate)
        let (seconds, rest) = (first - instant).quotientAndRemainder(dividingBy: 1_000_000_000)
        let frames = seconds * rate + (rest * rate + 999_999_999) / 1_000_000_000
        let ahead = frames.quotientAndRemainder(dividingBy: rate)
        let beginning = first - ahead.quotient * 1_000_000_000 - ahead.remainder * 1_000_000_000 / rate
        var configuration = PlayerConfiguration(rate: recording.rate, channels: recording.channels)
        configuration.ceiling = recording.ceiling
        return try OfflinePlayer(
            configuration: configuration, at: origin + beginning,
            logger: Logger(label: "rehearsal") { _ in SwiftLogNoOpLogHandler() })
    }

    private mutating func load(_ cue: CueID, _ order: LoadOrder, at now: Instant) throws {
        if player == nil { player = try makePlayer(at: min(now.monotonic, first)) }
        lastVoice += 1
        let voice = VoiceID(lastVoice)
        voices[cue] = voice
        cues[voice] = cue
        player?.load(VoiceRequest(id: voice, order, path: recording.path))
    }

    private mutating func takeEvents() {
        for event in player?.takeEvents() ?? [] {
            switch event {
            case .loaded(let voice, _, let rate):
                rates[voice] = rate
                report(voice) { .loaded($0) }
            case .started(let voice, let instant, let error):
                report(voice) { .started($0, at: Timestamp(nanoseconds: instant), startError: error) }
            case .paused(let voice, let frames):
                let heard = Heard(frames: frames, rate: rates[voice] ?? recording.rate)
                report(voice) { .paused($0, heard) }
            case .resumed(let voice, _, _): report(voice) { .resumed($0) }
            case .ended(let voice, let end):
                report(voice) { .ended($0, CueEnd(end)) }
                if let cue = cues.removeValue(forKey: voice) { voices[cue] = nil }
                rates[voice] = nil
            case .progress, .deviceLost, .deviceRestored, .xrun, .suspended, .outputFault, .outputRestored: continue
            }
        }
    }

    private mutating func report(_ voice: VoiceID, _ make: (CueID) -> PlayerReport) {
        if let cue = cues[voice] { reports.append(make(cue)) }
    }
}
