import MP3Decoding
import Relaying
import Rendering

/// The segments of one voice as one stream of frames at the device's rate.
///
/// A file that cannot be read (any further) is left out, and the next segment follows; `failure` tells it then.
struct DeckFeed: ~Copyable {
    /// A voice that has nothing to play.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The most frames that `next` prepares.
    private static let chunk = 4_608

    /// Channels of the stream: 2 as soon as one segment may have 2.
    let channels: Int
    /// Where the segments lie, as the files announce their lengths.
    let layout: VoiceLayout
    /// Why a segment was not played, or not to its end.
    private(set) var failure: String?
    private let segments: [PlayoutSegment]
    private let rate: Int
    private let relays: VoiceRelays
    private let ledger: RelayLedger
    /// Seconds of the next segments that are left out.
    private var skip: Double
    private var opened = 0
    private var source: (any FrameSource)?
    /// Frames from the beginning of the voice up to here.
    private var position: Int64
    private var samples: [Float]

    /// Opens the files once to see what they are.
    ///
    /// - Throws: when not one segment can be played.
    init(
        segments: [PlayoutSegment], rate: Int, offset: Double, relays: VoiceRelays, ledger: RelayLedger
    ) throws {
        guard !segments.isEmpty else { throw Failure(description: "the voice has no audio") }
        var channels = 1
        var parts: [VoiceLayout.Part] = []
        var failures: [any Error] = []
        for segment in segments {
            switch segment {
            case .file(let path, _):
                do {
                    let measure = try FileSource.measure(path, rate: rate)
                    channels = max(channels, measure.channels)
                    parts.append(VoiceLayout.Part(frames: measure.frames, isRelay: false))
                } catch {
                    failures.append(error)
                    parts.append(VoiceLayout.Part(frames: 0, isRelay: false))
                }
            case .samples(let samples, let sampleRate, _):
                let frames = Self.frames(Double(samples.count) / Double(max(1, sampleRate)), rate)
                parts.append(VoiceLayout.Part(frames: frames, isRelay: false))
            case .silence(let duration):
                parts.append(VoiceLayout.Part(frames: Self.frames(duration, rate), isRelay: false))
            case .relay(let relay):
                channels = 2
                parts.append(VoiceLayout.Part(frames: Self.frames(relay.duration, rate), isRelay: true))
            }
        }
        if let failure = failures.first, failures.count == segments.count { throw failure }
        failure = failures.first.map { "\($0)" }
        self.channels = channels
        layout = VoiceLayout(parts: parts)
        self.segments = segments
        self.rate = rate
        self.relays = relays
        self.ledger = ledger
        skip = offset
        position = Self.frames(offset, rate)
        samples = [Float](repeating: 0, count: Self.chunk * channels)
    }

    private static func frames(_ seconds: Double, _ rate: Int) -> Int64 {
        Int64((min(max(0, seconds), 366 * 86_400) * Double(rate)).rounded())
    }

    /// Whether it could give nothing now but silence in place of what is still to come.
    mutating func isWaiting() -> Bool {
        if source == nil { openNext() }
        return source?.isWaiting ?? false
    }

    /// Whether it should be read no further ahead than it must.
    mutating func isShort() -> Bool {
        if source == nil { openNext() }
        return source?.isShort ?? false
    }

    /// Whether what comes next is of a relay.
    mutating func isAtRelay() -> Bool {
        if source == nil { openNext() }
        return source is RelaySource
    }

    /// Prepares the next frames of the stream, `limit` at most. Returns how many, or nil at the end; none where a relay begins, so that
    /// the caller can think of when to take it up.
    mutating func next(limit: Int = chunk) -> Int? {
        while true {
            if source == nil { openNext() }
            guard let source else { return nil }
            let frames = read(source, min(limit, Self.chunk))
            if frames > 0 {
                position += Int64(frames)
                if !(source is RelaySource) { ledger.note(.other, frames: frames) }
                connectAhead()
                return frames
            }
            close()
            if isAtRelay() { return 0 }
        }
    }

    /// Writes a part of what `next` prepared.
    func write(from first: Int, frames: Int, to ring: FrameRing) {
        let gain = Float(Decibels.factor(source?.gain ?? 0))
        ring.write(
            samples.span.extracting(first * channels..<(first + frames) * channels), channels: channels, gain: gain)
    }

    // MARK: - One segment

    private mutating func read(_ source: any FrameSource, _ limit: Int) -> Int {
        // A local owner: the compiler takes a span of `samples` for an access to all of `self`.
        var chunk: [Float] = []
        swap(&chunk, &samples)
        defer { swap(&chunk, &samples) }
        var span = chunk.mutableSpan
        var room = span._mutatingExtracting(0..<limit * channels)
        do {
            return try source.read(into: &room)
        } catch {
            failure = failure ?? "\(error)"
            return 0
        }
    }

    private mutating func openNext() {
        while source == nil, opened < segments.count {
            let index = opened
            opened += 1
            let length = Double(layout.parts[index].frames) / Double(rate)
            if skip >= length, skip > 0 {
                skip -= length
                continue
            }
            let skipped = skip
            skip = 0
            do {
                source = try open(index, skipping: skipped)
                connectAhead()
            } catch {
                failure = failure ?? "\(error)"
            }
        }
    }

    private func open(_ index: Int, skipping skip: Double) throws -> any FrameSource {
        let left = layout.parts[index].frames - Self.frames(skip, rate)
        switch segments[index] {
        case .file(let path, let gain):
            return try FileSource(path: path, gain: gain, rate: rate, channels: channels, skip: skip)
        case .samples(let samples, let sampleRate, let gain):
            return try SampleSource(
                samples, from: sampleRate, gain: gain, rate: rate, channels: channels, skip: skip)
        case .silence:
            return SilenceSource(frames: left, channels: channels)
        case .relay(let relay):
            let (rate, channels) = (rate, channels)
            let stream: (any LiveStream)? = relays.connect(index, url: relay.url)
            return try RelaySource(
                stream ?? NoStream(), frames: left, rate: rate, channels: channels, limits: relays.limits,
                ledger: ledger,
                openFallback: relay.fallback.map { file in
                    { try FileSource(path: file.path, gain: file.gain, rate: rate, channels: channels) }
                })
        }
    }

    private mutating func close() {
        if source is RelaySource { relays.disconnect(opened - 1) }
        source = nil
    }

    /// Connects to the next station shortly before its turn.
    private func connectAhead() {
        guard opened < segments.count,
            let index = segments.indices[opened...].first(where: { layout.parts[$0].isRelay }),
            case .relay(let relay) = segments[index],
            Double(layout.start(of: index) - position) <= relays.limits.connectAhead.inSeconds * Double(rate)
        else { return }
        _ = relays.connect(index, url: relay.url)
    }
}

/// A stream for which the system had no room, or which is not to be listened to.
private final class NoStream: LiveStream {
    let level = 0.0
    func next() -> (packet: MPEGPacket, isBreak: Bool)? { nil }
    func setListening(_ listening: Bool) {}
}
