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

    enum Mode {
        /// The device is prepared; nothing sounds.
        case idle
        /// The device plays, or is about to.
        case playing
        /// No device.
        case lost
    }

    /// Longest wait while idle, for a device that goes away and is in no folder that is watched.
    static let watch: Int64 = 60_000_000_000
    /// Longest wait for a device that plays and does not move, beside what it holds.
    static let stall: Int64 = 500_000_000
    static let chunk = 2048
    /// Frames that are rendered before sound is taken back, and written with it.
    static let splice = 512
    static let descriptorLimit = 16

    let configuration: PlayerConfiguration
    let port: MixerPort
    /// Those of the port, without a reference to count.
    let commands: WakeUp.Bell
    let reports: WakeUp.Bell
    let output: WakeUp.Bell
    let tell: (DeviceNews) -> Void
    var renderer: Renderer
    var device: PCMDevice?
    var parameters: PCMParameters?
    var format = SampleFormat.s16
    var rate: Int64
    var mode = Mode.lost
    /// Frames before this one have been heard, or have passed.
    var heard: Int64 = 0
    private var reported = 0
    /// While lost: frame and monotonic time from which the voices go on, if any do.
    var adrift: (frame: Int64, since: Int64)?
    /// Says, while nothing plays, that a device may have come or gone.
    var folders: FolderWatch?
    var retryAt: Int64 = 0
    var backoff: Int64
    /// When the device was opened last, in monotonic time.
    var openedAt: Int64 = 0
    /// Whether the device was started a moment ago for a voice whose frame is not yet known.
    var isSettling = false
    var lossIsKnown = false
    /// Whether the device has been seen to move since it was opened.
    var hasMoved = false
    /// Whether the device was there and did not play when it was lost last. Then it is put on trial before it counts as restored.
    var isDoubted = false
    var trial: Trial?
    /// Whether the device that is open has passed a trial, and for how many seconds one has to move to pass the next.
    var isProven = false
    var proof = 0.0
    /// How far the device had come when it was last seen to move, and when that was.
    var motion: (frame: Int64, at: Int64) = (0, 0)
    /// Recoveries since the device last moved, and when the next attempt is due.
    var recoveries = 0
    var pausedUntil: Int64 = 0
    /// Seconds ahead of the device that are left alone when sound is taken back.
    var margin: Double
    /// When sound was last taken back.
    var takenBackAt: Int64 = 0
    /// Until when the amplifier stays on, in monotonic time; while it is needed for ever.
    var awakeUntil: Int64 = 0
    /// When the amplifier is or was awake after it was needed last, in monotonic time.
    private var awakeFrom: Int64 = 0
    /// Whether the device came back while voices went on by the clock, and has not played since.
    var isReturning = false
    private var endBy: Int64?
    let buffer: UnsafeMutableRawPointer
    let descriptors: UnsafeMutablePointer<pollfd>

    init(
        configuration: PlayerConfiguration, link: RenderLink, port: MixerPort, tell: @escaping (DeviceNews) -> Void
    ) {
        self.configuration = configuration
        self.port = port
        commands = port.commands.bell
        reports = port.reports.bell
        output = port.output.bell
        self.tell = tell
        rate = Int64(configuration.rate)
        margin = configuration.rewindMargin
        backoff = Self.firstBackoff(configuration)
        renderer = Renderer(
            link: link, channels: configuration.channels, rate: configuration.rate,
            ceiling: configuration.ceiling.map { Float(Decibels.factor($0)) }, isDithered: configuration.isDithered)
        unsafe buffer = .allocate(byteCount: Self.chunk * 2 * 4, alignment: 64)
        unsafe descriptors = .allocate(capacity: Self.descriptorLimit)
        unsafe descriptors.initialize(repeating: pollfd(), count: Self.descriptorLimit)
    }

    deinit {
        unsafe buffer.deallocate()
        unsafe descriptors.deallocate()
    }

    /// Keeps what of ours the mixer touches in RAM, as far as it is permitted: `forEachRegion`, 64 KB of its stack, and code. What
    /// libasound holds is its own. Call it on the mixer's thread. Returns the first refusal.
    func lockMemory(of link: RenderLink) -> RealtimePrivilege {
        var verdicts = [RealtimePrivilege.lockStack(bytes: 65_536)]
        unsafe forEachRegion(of: link) { verdicts.append(unsafe RealtimePrivilege.lock($0)) }
        verdicts.append(RealtimePrivilege.lockCode())
        return verdicts.first { $0 != .granted } ?? .granted
    }

    /// Calls `body` with each piece of memory that the mixer touches: itself, its buffers, the renderer, the rings to control and
    /// from it, and the port.
    func forEachRegion(of link: RenderLink, _ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(ObjectMemory.region(of: self))
        unsafe body(ObjectMemory.region(of: port))
        unsafe body(UnsafeRawBufferPointer(start: buffer, count: Self.chunk * 2 * 4))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: descriptors, count: Self.descriptorLimit)))
        unsafe renderer.forEachRegion(body)
        unsafe link.forEachRegion(body)
    }

    /// Runs until `port.isEnding`, and then until what sounds has faded, half a second at most.
    func run() {
        while true {
            let now = MonotonicClock.nanoseconds
            if trial != nil {
                watchTrial()
            } else if mode == .lost, now >= retryAt {
                open(now)
            }
            if now >= pausedUntil { cycle(MonotonicClock.nanoseconds) }
            if renderer.reports != reported {
                reported = renderer.reports
                reports.signal()
            }
            if port.isEnding.load(ordering: .relaxed) {
                let limit = endBy ?? MonotonicClock.nanoseconds + 500_000_000
                endBy = limit
                if !renderer.hasCommands, !renderer.isActive || MonotonicClock.nanoseconds > limit { break }
            }
            wait(until: endBy)
        }
        device = nil
        port.isPlaying.store(false, ordering: .relaxed)
        port.hasEnded.store(true, ordering: .releasing)
        reports.signal()
        output.signal()
    }

    private func cycle(_ now: Int64) {
        let isAwaited = port.isAwaited.load(ordering: .acquiring)
        do throws(PCMFault) {
            switch mode {
            case .idle: try idle(now)
            case .playing: try play()
            case .lost: drift(now)
            }
        } catch {
            recover(from: error)
        }
        if mode != .playing { restAmplifier(now) }
        if isAwaited, !renderer.hasCommands { tellWhenHeard() }
    }

    /// Says from when on that is heard which was commanded.
    private func tellWhenHeard() {
        // Nothing is rendered again that lies before the last commands.
        let ahead = mode == .playing ? max(0, renderer.earliestRewind - heard) : 0
        port.heardFrom.store(MonotonicClock.nanoseconds + ahead * 1_000_000_000 / rate, ordering: .relaxed)
        port.isAwaited.store(false, ordering: .releasing)
        output.signal()
    }

    // MARK: - The amplifier

    /// Has the amplifier be on, `waking` nanoseconds before it is awake.
    private func wakeAmplifier(_ now: Int64, waking: Int64) {
        awakeFrom = now + waking
        awakeUntil = Int64.max
        if port.needsAmplifier.exchange(true, ordering: .relaxed) { return }
        output.signal()
    }

    /// Lets the amplifier go to sleep once the delay after the last sample is over.
    private func restAmplifier(_ now: Int64) {
        if now < awakeUntil || !port.needsAmplifier.load(ordering: .relaxed) { return }
        port.needsAmplifier.store(false, ordering: .relaxed)
        output.signal()
    }

    /// The device is silent from now on.
    func fallSilent() {
        port.isPlaying.store(false, ordering: .relaxed)
        if awakeUntil == Int64.max {
            awakeUntil = MonotonicClock.nanoseconds + Int64(configuration.offDelay * 1e9)
        }
    }

    // MARK: - The device, silent

    private func idle(_ now: Int64) throws(PCMFault) {
        guard device?.isPresent ?? false else { throw PCMFault.gone }
        let wall = WallClock.nanoseconds
        let clock = FrameClock(frame: renderer.frontier, instant: wall, rate: rate)
        let waking = now < awakeUntil ? max(0, awakeFrom - now) : Int64(configuration.warmUp * 1e9)
        renderer.earliestStart = renderer.frontier + (waking * rate + 500_000_000) / 1_000_000_000
        if isReturning {
            // What went on by the clock waits for the amplifier too, and goes on by the clock until then.
            renderer.comeIn(at: renderer.earliestStart)
            isReturning = false
        }
        if renderer.hasCommands { renderer.takeCommands() }
        heard = renderer.frontier
        hear(clock, audible: true)
        let isNear = renderer.nextInstant.map { saturating($0, minus: wall) < lead } ?? false
        guard renderer.isActive || isNear else { return }
        mode = .playing
        motion = (renderer.frontier, now)
        port.isPlaying.store(true, ordering: .relaxed)
        wakeAmplifier(now, waking: waking)
        try play()
    }

    func hear(_ clock: FrameClock, audible: Bool) {
        renderer.advance(
            heard: heard, audible: audible, clock: clock,
            progressInterval: Int64(configuration.progressInterval * Double(rate)))
    }

    // MARK: - The device, playing

    private func play() throws(PCMFault) {
        guard let parameters, var position = try device?.position() else { throw PCMFault.gone }
        let clock = FrameClock(
            frame: renderer.frontier - Int64(position.delay), instant: wallTime(of: position.instant), rate: rate)
        if position.isRunning {
            try watchMotion(to: clock.frame, parameters)
            heard = min(max(heard, clock.frame), renderer.frontier)
            hear(clock, audible: true)
            if !renderer.hasCommands, isQuiet(clock) {
                try device?.reset()
                mode = .idle
                fallSilent()
                return
            }
        }
        if renderer.hasCommands, try !rewrite(&position, parameters, clock) { renderer.takeCommands() }
        // A start at an instant needs a device that runs, for only that tells which frame it is. What cannot wait for that is placed as if
        // it ran from now on.
        isSettling = !position.isRunning && renderer.nextInstant != nil
        let room = isSettling ? min(position.room, Int(rate / 25)) : position.room
        renderer.placeStarts(within: room, by: clock)
        try fill(room)
        if !position.isRunning { try device?.start() }
    }

    /// The time of day at a monotonic instant of a moment ago.
    private func wallTime(of instant: Int64) -> Int64 {
        let before = MonotonicClock.nanoseconds
        let wall = WallClock.nanoseconds
        let after = MonotonicClock.nanoseconds
        return wall - (before + (after - before) / 2 - instant)
    }

    /// A device that plays and does not move has hung, whatever it says.
    private func watchMotion(to frame: Int64, _ parameters: PCMParameters) throws(PCMFault) {
        let now = MonotonicClock.nanoseconds
        if frame > motion.frame {
            motion = (frame, now)
            recoveries = 0
            hasMoved = true
        } else if now - motion.at > Self.patience(with: parameters) {
            throw PCMFault.stalled
        }
    }

    /// How long a device that plays may stand still, in nanoseconds.
    static func patience(with parameters: PCMParameters) -> Int64 {
        Int64(parameters.bufferFrames) * 2_000_000_000 / Int64(parameters.rate) + stall
    }

    /// Whether nothing sounds, and nothing will within the time that the device needs to start again.
    private func isQuiet(_ clock: FrameClock) -> Bool {
        if renderer.isActive { return false }
        guard let instant = renderer.nextInstant else { return true }
        return saturating(instant, minus: clock.instant) > lead + 100_000_000
    }

    /// Has what control asks for take effect before what the device still holds. Returns whether it could.
    ///
    /// What is to be heard first is rendered before anything is taken back, and is written at once when it was: between the two calls the
    /// device holds no more than the margin, and at all other times as much as it needs. Where it has come too near while we rendered, for
    /// a thread may be held up, the same is done again from further ahead. Where it holds no more than a device that gives nothing back
    /// would, too little is won for that moment: what is asked for is then heard after it.
    private func rewrite(
        _ position: inout PCMDevice.Position, _ parameters: PCMParameters, _ clock: FrameClock
    ) throws(PCMFault) -> Bool {
        guard parameters.canRewind, position.isRunning else { return false }
        let end = renderer.frontier
        // Where the position moves by whole periods the device may be one ahead of it.
        let unseen = parameters.isBatch ? parameters.periodFrames : 0
        var ahead = max(1, Int(margin * Double(rate)))
        while true {
            let held = parameters.bufferFrames - position.room
            let isWorthwhile = held > Int(configuration.shortBufferDuration * Double(rate))
            let wanted = isWorthwhile ? min(held - unseen - ahead, Int(end - renderer.earliestRewind)) : 0
            proceed(to: end - Int64(max(0, wanted)))
            if wanted <= 0 { return false }
            renderer.tryCommands()
            renderer.placeStarts(within: position.room + wanted, by: clock)
            let count = min(position.room + wanted, Self.splice)
            unsafe renderer.render(count, as: format, to: buffer)
            let taken = device?.rewind(wanted, leaving: unseen + ahead / 2) ?? 0
            if taken == wanted {
                renderer.keepCommands()
                takenBackAt = MonotonicClock.nanoseconds
                position.room += taken
                position.room -= try write(count)
                return true
            }
            renderer.returnCommands()
            if taken > 0 {
                proceed(to: end - Int64(taken))
                takenBackAt = MonotonicClock.nanoseconds
                position.room += taken
                renderer.takeCommands()
                return true
            }
            ahead *= 2
            do throws(PCMFault) {
                position = try device?.position() ?? position
            } catch {
                proceed(to: end)
                throw error
            }
        }
    }

    /// Has the renderer stand at `frame`, of what the device holds already.
    private func proceed(to frame: Int64) {
        renderer.rewind(to: frame)
        while renderer.frontier < frame {
            unsafe renderer.render(Int(min(frame - renderer.frontier, Int64(Self.chunk))), as: format, to: nil)
        }
    }

    /// Renders and writes `room` frames.
    private func fill(_ room: Int) throws(PCMFault) {
        var left = room
        while left > 0 {
            let count = min(left, Self.chunk)
            unsafe renderer.render(count, as: format, to: buffer)
            if try write(count) < count { return }
            left -= count
        }
    }

    /// Writes the `count` frames that were rendered last. Returns how many there was room for; the others are rendered again.
    private func write(_ count: Int) throws(PCMFault) -> Int {
        var written = 0
        // What was not written will not be heard.
        defer { if written < count { renderer.rewind(to: renderer.frontier - Int64(count - written)) } }
        written = unsafe try device?.write(buffer, frames: count) ?? 0
        return written
    }
}
