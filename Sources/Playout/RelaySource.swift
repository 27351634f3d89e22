import Relaying
import Rendering

/// The frames of a relay: the stream while it comes, its fallback or silence while it does not, and never one frame more or less than
/// its duration says.
///
/// Its time is that of its frames, so what it does depends on what has come and on nothing else. It never waits for the network.
final class RelaySource: FrameSource {
    /// What is heard now.
    private enum Outlet {
        case stream
        /// Nothing: the stream has to come (again).
        case nothing
        case fallback
    }

    /// Frames between two decisions.
    private static let block = 512

    let gain = 0.0
    private let stream: any LiveStream
    private let feed: LiveFeed
    private let ledger: RelayLedger
    private let limits: RelayLimits
    private let rate: Int
    private let channels: Int
    /// Frames of a fade.
    private let edge: Int
    private var left: Int64
    private var position: Int64 = 0

    private var outlet = Outlet.nothing
    /// Where the stream was last heard, or the beginning.
    private var deadSince: Int64 = 0
    /// Where the stream began to be heard.
    private var liveSince: Int64 = 0
    /// Seconds that must have come before the stream is heard.
    private var secondsToBegin: Double
    private var streamGain = LinearRamp()
    private var fallbackGain = LinearRamp()

    private let quietLevel: Float
    /// Frames for which the stream that is heard has been quiet.
    private var quiet = 0
    /// Whether the stream comes and is silent, and how much sound came since.
    private var isSilent = false
    private var sound = 0

    private let openFallback: (() throws -> FileSource)?
    private var fallback: FileSource?
    private var fallbackFactor: Float = 1
    private var fallbackIsEmpty = false
    private var fallbackFailed = false
    private var scratch: [Float]

    /// - Parameters:
    ///   - frames: how many frames to give.
    ///   - openFallback: opens the fallback at its beginning.
    init(
        _ stream: any LiveStream, frames: Int64, rate: Int, channels: Int, limits: RelayLimits, ledger: RelayLedger,
        openFallback: (() throws -> FileSource)?
    ) throws {
        self.stream = stream
        self.limits = limits
        self.ledger = ledger
        self.rate = rate
        self.channels = channels
        self.openFallback = openFallback
        left = frames
        edge = rate / 100
        secondsToBegin = limits.secondsToBegin
        quietLevel = Float(Decibels.factor(limits.silenceLevel))
        scratch = [Float](repeating: 0, count: Self.block * channels)
        feed = try LiveFeed(stream, limits: limits, rate: rate, channels: channels, edge: edge)
    }

    deinit {
        stream.setListening(false)
    }

    var isWaiting: Bool {
        if case .nothing = outlet { !isReady } else { false }
    }

    var isShort: Bool {
        switch outlet {
        case .stream: feed.level < secondsToBegin
        case .nothing: !isReady
        case .fallback: false
        }
    }

    func read(into samples: inout MutableSpan<Float>) throws -> Int {
        stream.setListening(true)
        let wanted = Int(min(left, Int64(samples.count / channels)))
        var done = 0
        while done < wanted {
            let count = min(wanted - done, Self.block)
            try decide(count)
            var block = samples._mutatingExtracting(done * channels..<(done + count) * channels)
            try render(count, into: &block)
            done += count
        }
        return wanted
    }

    // MARK: - What is to be heard

    private var isReady: Bool { !isSilent && feed.level >= secondsToBegin }

    private func decide(_ count: Int) throws {
        if case .stream = outlet {
            let drift = try feed.takeUpDrift()
            if drift != 0 { ledger.noteDrift(drift) }
        }
        if isStreamTaken || isReady { try feed.fill(count + 2 * edge) }
        let isDry = feed.frames < count + edge
        switch outlet {
        case .stream where isSilent:
            if openFallback == nil || !switchToFallback() { leaveStream(for: .nothing) }
        case .stream where isDry:
            // A stream that breaks off again and again has to bring more before it is believed.
            let held = position - liveSince > Int64(30 * rate)
            secondsToBegin = held ? limits.secondsToBegin : min(secondsToBegin * 2, limits.seconds / 2)
            deadSince = position
            quiet = 0
            leaveStream(for: .nothing)
        case .stream:
            break
        case .nothing, .fallback:
            if isReady, !isDry {
                outlet = .stream
                liveSince = position
                streamGain.move(to: 1, over: edge)
                fallbackGain.move(to: 0, over: edge)
            } else if case .nothing = outlet, Double(position - deadSince) >= fallbackDelay {
                _ = switchToFallback()
            }
        }
    }

    /// Whether frames of the stream are used up, heard or not.
    private var isStreamTaken: Bool {
        if case .stream = outlet { true } else { isSilent || streamGain.isOpen }
    }

    private var fallbackDelay: Double {
        limits.fallbackDelay.inSeconds * Double(rate)
    }

    private func leaveStream(for other: Outlet) {
        outlet = other
        streamGain.move(to: 0, over: edge)
    }

    /// - Returns: false when there is none.
    private func switchToFallback() -> Bool {
        if fallback == nil { reopenFallback() }
        guard fallback != nil else { return false }
        leaveStream(for: .fallback)
        fallbackGain.move(to: 1, over: edge)
        return true
    }

    private func reopenFallback() {
        fallback = nil
        guard let openFallback, !fallbackFailed else { return }
        do {
            let file = try openFallback()
            fallbackFactor = Float(Decibels.factor(file.gain))
            fallbackIsEmpty = true
            fallback = file
        } catch {
            fallbackFailed = true
            ledger.note(problem: "the fallback cannot be played: \(error)")
        }
    }

    // MARK: - The sound

    private func render(_ count: Int, into block: inout MutableSpan<Float>) throws {
        var index = 0
        while index < count * channels {
            block[index] = 0
            index += 1
        }
        var kind = RelayLedger.Kind.silence
        if isStreamTaken {
            let isFading = if case .stream = outlet { false } else { !isSilent }
            let frames = min(count, feed.frames, isFading ? streamGain.remaining : count)
            takeStream(frames)
            add(frames, &streamGain, 1, to: &block)
            if isFading { streamGain.land() }
            if case .stream = outlet { kind = .live }
        }
        if fallback != nil, fallbackGain.isOpen {
            let frames = takeFallback(count)
            add(frames, &fallbackGain, fallbackFactor, to: &block)
            if case .fallback = outlet, fallback != nil { kind = .fallback }
            if fallback == nil { outlet = .nothing }
        }
        ledger.note(kind, frames: count)
        if case .live = kind, !isSilent, quiet >= Int(limits.silenceTimeout.inSeconds * Double(rate)) {
            isSilent = true
            sound = 0
            ledger.amend(last: quiet, as: .silence)
        }
        fadeOutTheEnd(count, &block)
        position += Int64(count)
        left -= Int64(count)
    }

    /// Takes the next frames of the stream, and listens to them.
    private func takeStream(_ frames: Int) {
        var taken: [Float] = []
        swap(&taken, &scratch)
        defer { swap(&taken, &scratch) }
        var span = taken.mutableSpan
        feed.take(frames, into: &span)
        var peak: Float = 0
        let heard = taken.span
        var index = 0
        while index < frames * channels {
            peak = max(peak, abs(heard[index]))
            index += 1
        }
        if peak >= quietLevel {
            quiet = 0
            sound += frames
        } else {
            quiet += frames
            sound = max(0, sound - frames)
        }
        // Half a second of sound ends the silence.
        if isSilent, sound >= rate / 2 {
            isSilent = false
            quiet = 0
        }
    }

    /// Takes the next frames of the fallback, which begins again after its end.
    private func takeFallback(_ count: Int) -> Int {
        var taken: [Float] = []
        swap(&taken, &scratch)
        defer { swap(&taken, &scratch) }
        var done = 0
        while done < count, let file = fallback {
            var span = taken.mutableSpan
            var rest = span._mutatingExtracting(done * channels..<count * channels)
            do {
                let frames = try file.read(into: &rest)
                done += frames
                if frames > 0 {
                    fallbackIsEmpty = false
                } else if fallbackIsEmpty {
                    fallbackFailed = true
                    ledger.note(problem: "the fallback holds no sound")
                    fallback = nil
                } else {
                    reopenFallback()
                }
            } catch {
                ledger.note(problem: "the fallback cannot be played on: \(error)")
                if fallbackIsEmpty { fallbackFailed = true }
                reopenFallback()
            }
        }
        return done
    }

    private func add(_ frames: Int, _ ramp: inout LinearRamp, _ factor: Float, to block: inout MutableSpan<Float>) {
        var sound: [Float] = []
        swap(&sound, &scratch)
        defer { swap(&sound, &scratch) }
        let source = sound.span
        var frame = 0
        while frame < frames {
            let gain = ramp.next() * factor
            var index = frame * channels
            while index < (frame + 1) * channels {
                block[index] += source[index] * gain
                index += 1
            }
            frame += 1
        }
    }

    /// No click where the relay's time is over.
    private func fadeOutTheEnd(_ count: Int, _ block: inout MutableSpan<Float>) {
        guard left - Int64(count) < Int64(edge) else { return }
        for frame in 0..<count {
            let gain = Float(min(left - Int64(frame) - 1, Int64(edge))) / Float(edge)
            for index in frame * channels..<(frame + 1) * channels { block[index] *= gain }
        }
    }
}

extension Duration {
    /// As a number of seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
