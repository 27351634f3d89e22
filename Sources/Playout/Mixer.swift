import ALSAPlayback
import Glibc
import Rendering
import RuntimeSupport
import Synchronization

/// The mixer thread: receive commands, render, write to the device, recover.
///
/// Owns the renderer and the device; nobody else touches either. While nothing sounds the device is prepared and stopped,
/// and the thread sleeps until a command comes. While something sounds it wakes when the device asks, a few times a second,
/// and when there is something to report. Without a device the voices go on by the clock, unheard.
@safe
final class Mixer {
    /// What the mixer tells control about the device, outside the rendering path.
    enum DeviceNews: Sendable {
        case opened(PCMParameters)
        case lost(String)
    }

    private enum Mode {
        /// The device is prepared; nothing sounds.
        case idle
        /// The device plays, or is about to.
        case playing
        /// No device.
        case lost
    }

    /// Longest wait while idle: a device that went away must be noticed.
    private static let watch: Int64 = 60_000_000_000
    private static let chunk = 2048
    private static let descriptorLimit = 16

    private let configuration: PlayerConfiguration
    private let port: MixerPort
    private let tell: (DeviceNews) -> Void
    private var renderer: Renderer
    private var device: PCMDevice?
    private var parameters: PCMParameters?
    private var format = SampleFormat.s16
    private var rate: Int64
    private var mode = Mode.lost
    /// Frames before this one have been heard, or have passed.
    private var heard: Int64 = 0
    private var reported = 0
    /// While lost: frame and monotonic time from which the voices go on, if any do.
    private var adrift: (frame: Int64, since: Int64)?
    private var retryAt: Int64 = 0
    private var backoff: Int64 = 500_000_000
    /// Whether the device was started a moment ago for a voice whose frame is not yet known.
    private var isSettling = false
    private var lossIsKnown = false
    private var endBy: Int64?
    private let buffer: UnsafeMutableRawPointer
    private let descriptors: UnsafeMutablePointer<pollfd>

    init(
        configuration: PlayerConfiguration, link: RenderLink, port: MixerPort, tell: @escaping (DeviceNews) -> Void
    ) {
        self.configuration = configuration
        self.port = port
        self.tell = tell
        rate = Int64(configuration.rate)
        renderer = Renderer(
            link: link, channels: configuration.channels,
            ceiling: configuration.ceiling.map { Float(Decibels.factor($0)) })
        unsafe buffer = .allocate(byteCount: Self.chunk * 2 * 4, alignment: 64)
        unsafe descriptors = .allocate(capacity: Self.descriptorLimit)
        unsafe descriptors.initialize(repeating: pollfd(), count: Self.descriptorLimit)
    }

    deinit {
        unsafe buffer.deallocate()
        unsafe descriptors.deallocate()
    }

    /// Runs until `port.isEnding`, and then until what sounds has faded, half a second at most.
    func run() {
        while true {
            let now = MonotonicClock.nanoseconds
            if mode == .lost, now >= retryAt { open(now) }
            cycle(MonotonicClock.nanoseconds)
            if renderer.reports != reported {
                reported = renderer.reports
                port.reports.signal()
            }
            if port.isEnding.load(ordering: .relaxed) {
                let limit = endBy ?? MonotonicClock.nanoseconds + 500_000_000
                endBy = limit
                if !renderer.hasCommands, !renderer.isActive || MonotonicClock.nanoseconds > limit { break }
            }
            wait()
        }
        device = nil
        port.isPlaying.store(false, ordering: .relaxed)
        port.hasEnded.store(true, ordering: .releasing)
        port.reports.signal()
    }

    private func cycle(_ now: Int64) {
        do throws(PCMError) {
            switch mode {
            case .idle: try idle()
            case .playing: try play()
            case .lost: drift(now)
            }
        } catch {
            recover(from: error)
        }
    }

    // MARK: - Waiting

    private func wait() {
        var count = 1
        unsafe descriptors[0] = pollfd(fd: port.commands.descriptor, events: Int16(POLLIN), revents: 0)
        var deviceCount = 0
        if mode == .playing {
            deviceCount = unsafe device?.fill(descriptors + 1, count: Self.descriptorLimit - 1) ?? 0
            count += deviceCount
        }
        let until = deadline(MonotonicClock.nanoseconds)
        while true {
            let patience = (max(0, until - MonotonicClock.nanoseconds) + 999_999) / 1_000_000
            let found = unsafe poll(descriptors, nfds_t(count), CInt(clamping: patience))
            if unsafe descriptors[0].revents != 0 {
                port.commands.clear()
                return
            }
            // A descriptor that is always ready must not keep us from what is due.
            if found <= 0 || patience == 0 { return }
            // A device may wake us for reasons of its own.
            if unsafe device?.events(in: descriptors + 1, count: deviceCount) ?? 0 != 0 { return }
        }
    }

    /// When something has to be done that no descriptor announces.
    private func deadline(_ now: Int64) -> Int64 {
        var until = Int64.max
        switch mode {
        case .idle:
            until = now + Self.watch
        case .playing:
            let frames = parameters.map { Int64($0.bufferFrames) } ?? rate
            until = now + frames * 1_000_000_000 / rate
            if isSettling { until = now + 10_000_000 }
            if let report = renderer.nextReport { until = min(until, now + (report - heard) * 1_000_000_000 / rate) }
        case .lost:
            until = retryAt
            if adrift != nil { until = min(until, now + 200_000_000) }
        }
        if mode != .playing, let instant = renderer.nextInstant {
            let early = mode == .idle ? lead : 0
            until = min(until, now + max(0, saturating(instant, minus: WallClock.nanoseconds) - early))
        }
        if let endBy { until = min(until, endBy) }
        return until
    }

    /// How long before an instant the device has to run, so that the frame can be told.
    private var lead: Int64 { 150_000_000 + Int64(configuration.warmUp * 1e9) }

    private func saturating(_ left: Int64, minus right: Int64) -> Int64 {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        return overflow ? (left < right ? Int64.min / 2 : Int64.max / 2) : difference
    }

    // MARK: - The device, silent

    private func idle() throws(PCMError) {
        guard device?.isPresent ?? false else { throw PCMError.gone(configuration.device) }
        let wall = WallClock.nanoseconds
        let clock = FrameClock(frame: renderer.frontier, instant: wall, rate: rate)
        renderer.earliestStart = renderer.frontier + Int64(configuration.warmUp * Double(rate))
        if renderer.hasCommands { renderer.takeCommands() }
        heard = renderer.frontier
        hear(clock, audible: true)
        let isNear = renderer.nextInstant.map { saturating($0, minus: wall) < lead } ?? false
        guard renderer.isActive || isNear else { return }
        mode = .playing
        port.isPlaying.store(true, ordering: .relaxed)
        try play()
    }

    private func hear(_ clock: FrameClock, audible: Bool) {
        renderer.advance(
            heard: heard, audible: audible, clock: clock,
            progressInterval: Int64(configuration.progressInterval * Double(rate)))
    }

    // MARK: - The device, playing

    private func play() throws(PCMError) {
        guard let parameters, var position = try device?.position() else { throw PCMError.gone(configuration.device) }
        let clock = FrameClock(
            frame: renderer.frontier - Int64(position.delay), instant: WallClock.nanoseconds, rate: rate)
        let isRunning = device?.isRunning ?? false
        if isRunning {
            heard = min(max(heard, clock.frame), renderer.frontier)
            hear(clock, audible: true)
            if !renderer.hasCommands, isQuiet(clock) {
                try device?.reset()
                mode = .idle
                port.isPlaying.store(false, ordering: .relaxed)
                return
            }
        }
        if renderer.hasCommands {
            takeBack(&position, parameters)
            renderer.takeCommands()
        }
        // A start at an instant needs a device that runs, for only that tells which frame it is.
        isSettling = !isRunning && renderer.nextInstant != nil
        if isSettling {
            try fill(min(position.room, Int(rate / 25)))
        } else {
            renderer.placeStarts(within: position.room, by: clock)
            try fill(position.room)
        }
        if !isRunning { try device?.start() }
    }

    /// Whether nothing sounds, and nothing will within the time that the device needs to start again.
    private func isQuiet(_ clock: FrameClock) -> Bool {
        if renderer.isActive { return false }
        guard let instant = renderer.nextInstant else { return true }
        return saturating(instant, minus: clock.instant) > lead + 100_000_000
    }

    /// Takes back what the device has not played, up to a margin, so that it can be rendered again.
    private func takeBack(_ position: inout PCMDevice.Position, _ parameters: PCMParameters) {
        let margin = Int(configuration.rewindMargin * Double(rate))
        let ahead = parameters.bufferFrames - position.room
        let oldest = Int(renderer.frontier - renderer.earliestRewind)
        let wanted = min(ahead - margin, oldest)
        guard parameters.canRewind, wanted > 0 else { return }
        let taken = device?.rewind(wanted) ?? 0
        position.room += taken
        renderer.rewind(to: renderer.frontier - Int64(taken))
    }

    private func fill(_ room: Int) throws(PCMError) {
        var left = room
        while left > 0 {
            let count = min(left, Self.chunk)
            let first = renderer.frontier
            unsafe renderer.render(count, as: format, to: buffer)
            let written = unsafe try device?.write(buffer, frames: count) ?? 0
            if written < count {
                renderer.rewind(to: first + Int64(written))
                return
            }
            left -= count
        }
    }

    // MARK: - What goes wrong

    private func recover(from error: PCMError) {
        do throws(PCMError) {
            try device?.recover(from: error)
            // Whatever was written has been played: the device stopped because there was no more.
            heard = renderer.frontier
            hear(FrameClock(frame: heard, instant: WallClock.nanoseconds, rate: rate), audible: error.isUnderrun)
            port.xruns.wrappingAdd(1, ordering: .relaxed)
            port.reports.signal()
            if mode == .playing { try play() }
        } catch {
            lose(error)
        }
    }

    private func lose(_ error: PCMError) {
        device = nil
        port.isPlaying.store(false, ordering: .relaxed)
        let now = MonotonicClock.nanoseconds
        adrift = mode == .playing ? (heard, now) : nil
        mode = .lost
        backoff = 500_000_000
        retryAt = now + backoff
        lossIsKnown = true
        tell(.lost("\(error)"))
    }

    /// Moves the voices on by the clock.
    private func drift(_ now: Int64) {
        let wall = WallClock.nanoseconds
        if let adrift {
            let (seconds, rest) = (now - adrift.since).quotientAndRemainder(dividingBy: 1_000_000_000)
            heard = max(heard, adrift.frame + seconds * rate + rest * rate / 1_000_000_000)
        }
        var clock = FrameClock(frame: heard, instant: wall, rate: rate)
        catchUp(clock)
        hear(clock, audible: false)
        renderer.earliestStart = 0
        if renderer.hasCommands {
            renderer.rewind(to: heard)
            renderer.takeCommands()
            heard = max(heard, renderer.frontier)
            clock.frame = heard
            hear(clock, audible: false)
        }
        let isDue = renderer.nextInstant.map { $0 <= wall } ?? false
        if renderer.isActive || isDue {
            if adrift == nil { adrift = (heard, now) }
            renderer.placeStarts(within: 1, by: clock)
        } else {
            adrift = nil
        }
    }

    private func catchUp(_ clock: FrameClock) {
        while renderer.frontier < heard {
            let count = Int(min(heard - renderer.frontier, Int64(Self.chunk)))
            renderer.placeStarts(within: count, by: clock)
            unsafe renderer.render(count, as: format, to: nil)
            // Give the decoders room as we go.
            renderer.advance(
                heard: renderer.frontier, audible: false, clock: clock, progressInterval: Int64.max)
        }
    }

    private func open(_ now: Int64) {
        let wish = PCMWish(
            rate: configuration.rate, channels: configuration.channels, bufferDuration: configuration.bufferDuration,
            shortBufferDuration: configuration.shortBufferDuration, maximumBufferFrames: Renderer.maximumBuffer)
        do throws(PCMError) {
            let opened = try PCMDevice(name: configuration.device, wish: wish)
            adopt(opened.parameters)
            device = consume opened
        } catch {
            if !lossIsKnown {
                lossIsKnown = true
                tell(.lost("\(error)"))
            }
            retryAt = now + backoff
            backoff = min(backoff * 2, 5_000_000_000)
        }
    }

    private func adopt(_ agreed: PCMParameters) {
        drift(MonotonicClock.nanoseconds)
        parameters = agreed
        rate = Int64(agreed.rate)
        format =
            switch agreed.format {
            case .s16: .s16
            case .s32: .s32
            case .s24: .s24
            case .s24Packed: .s24Packed
            case .float: .float
            }
        renderer.rewind(to: heard)
        renderer.adopt(channels: agreed.channels)
        heard = renderer.frontier
        adrift = nil
        mode = .idle
        lossIsKnown = false
        backoff = 500_000_000
        tell(.opened(agreed))
    }
}
