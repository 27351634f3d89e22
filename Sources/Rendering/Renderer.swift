import CRealtime

/// Mixes the voices into what the device is to play, and knows what of each has been heard.
///
/// A pure function of saved state and of the rings: `render` computes frames, and `rewind` goes back to any frame that the
/// device has not played, from which the same frames, or after new commands other ones, are computed again.
///
/// Frames are counted on one timeline from the renderer's making. Belongs to one thread. Nothing on the rendering path
/// allocates, locks, waits or counts references, which the compiler checks.
@safe
public struct Renderer: ~Copyable {
    /// Voices that can exist at once.
    public static var slots: Int {
        @_noLocks get { 16 }
    }
    /// Frames between two saved states.
    static var block: Int {
        @_noLocks get { 256 }
    }
    /// Saved states, and the frames between the oldest and the newest.
    static var blocks: Int {
        @_noLocks get { 128 }
    }
    /// The most frames that a device may hold, so that all of them can be rendered again.
    public static var maximumBuffer: Int {
        @_noLocks get { span / 2 }
    }
    static var span: Int {
        @_noLocks get { block * blocks }
    }

    /// A change of a voice on the timeline, reported once the device has passed it.
    struct Transition: BitwiseCopyable {
        var frame: Int64
        var kind: RenderEvent.Kind
        var slot: Int
        var voice: VoiceState
        /// Whether a command made it, so that it is not made again when the frames from there on are.
        var isCommanded: Bool
    }

    /// What control has heard of a voice; moves with the device, never back.
    struct Account: BitwiseCopyable {
        var passed: Int64 = 0
        var heard: Int64 = 0
        var reported: Int64 = 0
        /// The last voice of the slot whose end was told: control may have given its place, and its ring, to another.
        var ended = UInt64.max

        @_noLocks
        init() {}
    }

    static var transitionLimit: Int {
        @_noLocks get { 128 }
    }

    /// Channels of the device, 1 or 2.
    public private(set) var channels: Int
    /// The next frame that `render` gives.
    public private(set) var frontier: Int64 = 0
    /// Reports that were handed to control since the beginning. Whoever sees it grow wakes control.
    public internal(set) var reports = 0
    /// Reports that found no room.
    public internal(set) var dropped = 0

    let link: RenderLink
    let commands: CommandRing
    let events: EventRing
    let releases: EventRing
    let rings: UnsafeMutablePointer<FrameRing>
    let voices: UnsafeMutablePointer<VoiceState>
    let saved: UnsafeMutablePointer<VoiceState>
    /// The voices as they were before the commands that are being tried, how many transitions there were, and how many commands it is.
    let untried: UnsafeMutablePointer<VoiceState>
    var untriedTransitions = 0
    var tried = 0
    var isCommanding = false
    let savedFrames: UnsafeMutablePointer<Int64>
    let transitions: UnsafeMutablePointer<Transition>
    let accounts: UnsafeMutablePointer<Account>
    private let mixMemory: UnsafeMutablePointer<Float>
    /// By frame, behind `Limiter.history` frames more in which the ring's end is repeated: the sum of the voices.
    let mix: UnsafeMutablePointer<Float>
    /// By frame: what the device is to play.
    let output: UnsafeMutablePointer<Float>
    /// Room for a block: of a voice as the device has its channels or of dithered samples, and of the gains of a voice.
    let scratch: UnsafeMutablePointer<Float>
    let levels: UnsafeMutablePointer<Float>
    let fades: UnsafeMutablePointer<Float>
    var limiter: Limiter
    let isLimited: Bool
    let isDithered: Bool
    var meter: OutputMeter
    /// The next frame to be mixed; ahead of `frontier` by the limiter's look.
    var mixed: Int64 = 0
    /// The next frame to be measured, once the device has played it.
    var measured: Int64 = 0
    var transitionCount = 0
    /// Slots that have ever been used.
    var used = 0
    /// No voice begins before this frame: the amplifier is still waking.
    public var earliestStart: Int64 = 0
    /// The output is silent before this frame, and comes in over `entranceFrames` from there on. What is silent so is not heard.
    private(set) var entrance = Int64.min / 2
    private var entranceFrames: Int64 = 480
    /// No frame before this one can be rendered again: commands took effect there.
    var barrier: Int64 = 0

    /// Prepares for a device of `channels` and `rate` frames in a second.
    ///
    /// - Parameters:
    ///   - ceiling: the true peak as a factor (1 = full scale) that the sum never exceeds, or nil for no limiter.
    ///   - isDithered: whether noise is added to samples of which bits are dropped, for formats of 16 and 24 bits.
    public init(link: RenderLink, channels: Int, rate: Int = 48_000, ceiling: Float?, isDithered: Bool = false) {
        precondition(channels == 1 || channels == 2, "the renderer knows one channel or two")
        self.link = link
        self.channels = channels
        commands = link.commands
        events = link.events
        releases = link.releases
        isLimited = ceiling != nil
        limiter = Limiter(ceiling: ceiling ?? 1, rate: rate, span: Self.span, block: Self.block)
        self.isDithered = isDithered
        meter = OutputMeter(board: link.levelBoard, rate: rate)
        entranceFrames = Self.entranceFrames(at: rate)
        unsafe rings = .allocate(capacity: Self.slots)
        unsafe voices = .allocate(capacity: Self.slots)
        unsafe saved = .allocate(capacity: Self.slots * Self.blocks)
        unsafe savedFrames = .allocate(capacity: Self.blocks)
        unsafe untried = .allocate(capacity: Self.slots)
        unsafe transitions = .allocate(capacity: Self.transitionLimit)
        unsafe accounts = .allocate(capacity: Self.slots)
        unsafe mixMemory = .allocate(capacity: (Self.span + Limiter.history) * 2)
        unsafe mix = mixMemory + Limiter.history * 2
        unsafe output = .allocate(capacity: Self.span * 2)
        unsafe scratch = .allocate(capacity: Self.block * 2)
        unsafe levels = .allocate(capacity: Self.block)
        unsafe fades = .allocate(capacity: Self.block)
        for slot in 0..<Self.slots {
            unsafe (rings + slot).initialize(to: link.ring(slot))
        }
        unsafe voices.initialize(repeating: VoiceState(), count: Self.slots)
        unsafe untried.initialize(repeating: VoiceState(), count: Self.slots)
        unsafe accounts.initialize(repeating: Account(), count: Self.slots)
        unsafe savedFrames.initialize(repeating: Int64.min, count: Self.blocks)
        unsafe mixMemory.initialize(repeating: 0, count: (Self.span + Limiter.history) * 2)
        unsafe output.initialize(repeating: 0, count: Self.span * 2)
        unsafe scratch.initialize(repeating: 0, count: Self.block * 2)
        save()
    }

    deinit {
        unsafe rings.deallocate()
        unsafe voices.deallocate()
        unsafe saved.deallocate()
        unsafe savedFrames.deallocate()
        unsafe untried.deallocate()
        unsafe transitions.deallocate()
        unsafe accounts.deallocate()
        unsafe mixMemory.deallocate()
        unsafe output.deallocate()
        unsafe levels.deallocate()
        unsafe fades.deallocate()
        unsafe scratch.deallocate()
    }

    /// Calls `body` with each piece of memory that rendering touches, so that it can be kept in RAM. The voices' rings are not
    /// among them: they belong to the link.
    public func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: rings, count: Self.slots)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: voices, count: Self.slots)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: saved, count: Self.slots * Self.blocks)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: savedFrames, count: Self.blocks)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: untried, count: Self.slots)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: transitions, count: Self.transitionLimit)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: accounts, count: Self.slots)))
        unsafe body(
            UnsafeRawBufferPointer(UnsafeBufferPointer(start: mixMemory, count: (Self.span + Limiter.history) * 2)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: output, count: Self.span * 2)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: scratch, count: Self.block * 2)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: levels, count: Self.block)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: fades, count: Self.block)))
        unsafe limiter.forEachRegion(body)
        unsafe meter.forEachRegion(body)
    }

    /// Goes on for a device of other channels or another rate, from the frontier. Nothing may be left that the device has not
    /// played.
    public mutating func adopt(channels: Int, rate: Int = 48_000) {
        precondition(channels == 1 || channels == 2, "the renderer knows one channel or two")
        self.channels = channels
        unsafe mixMemory.update(repeating: 0, count: (Self.span + Limiter.history) * 2)
        limiter.adopt(rate: rate)
        meter = OutputMeter(board: link.levelBoard, rate: rate)
        entranceFrames = Self.entranceFrames(at: rate)
        rewind(to: frontier)
    }

    /// 10 ms.
    private static func entranceFrames(at rate: Int) -> Int64 { Int64(max(rate / 100, 1)) }

    /// Lets what goes on already be heard again from `frame` on, or from the frontier where that is later: silent before it, it
    /// comes in over 10 ms.
    public mutating func comeIn(at frame: Int64) {
        entrance = frame > frontier ? frame : frontier
    }

    // MARK: - Rendering

    /// Computes the next `frames` frames and writes them to `target` as `format`, or nowhere.
    @_noLocks
    public mutating func render(_ frames: Int, as format: SampleFormat, to target: UnsafeMutableRawPointer?) {
        var done = 0
        while done < frames {
            let count = stride(frames &- done)
            mix(until: frontier &+ Int64(count &+ Limiter.lookahead))
            let source = unsafe mix + place(of: frontier) &* channels
            let finished = unsafe output + place(of: frontier) &* channels
            if isLimited {
                unsafe limiter.process(source, channels: channels, frame: frontier, count: count, to: finished)
            } else {
                unsafe realtime_copy(finished, source, count &* channels)
            }
            if frontier < entrance &+ entranceFrames { unsafe enter(finished, count: count) }
            if let target = unsafe target {
                unsafe write(finished, frames: count, as: format, to: target + done &* channels &* format.bytes)
            }
            frontier &+= Int64(count)
            done &+= count
        }
    }

    /// Silences the `count` frames from the frontier on as far as they lie before the entrance, and fades in those after it.
    @_noLocks
    private func enter(_ samples: UnsafeMutablePointer<Float>, count: Int) {
        let before = entrance &- frontier
        let silent = before < 0 ? 0 : (before < Int64(count) ? Int(truncatingIfNeeded: before) : count)
        unsafe realtime_fill(samples, 0, silent &* channels)
        let done = frontier &+ Int64(silent) &- entrance
        let left = Int(truncatingIfNeeded: entranceFrames &- done)
        let rest = count &- silent < left ? count &- silent : left
        if rest <= 0 { return }
        unsafe realtime_power_ramp(
            fades, 0, 1, Int32(truncatingIfNeeded: done), 1 / Float(entranceFrames), rest)
        let from = unsafe samples + silent &* channels
        unsafe realtime_copy(scratch, from, rest &* channels)
        unsafe realtime_scale(from, scratch, fades, channels, rest)
    }

    /// How many of `frames` frames are rendered at once: up to where the mix, which is ahead, has filled a block, and not
    /// beyond the ring's end.
    @_noLocks
    private func stride(_ frames: Int) -> Int {
        let ahead = Int(truncatingIfNeeded: frontier) &+ Limiter.lookahead
        let block = Self.block &- (ahead & (Self.block &- 1))
        let edge = Self.span &- place(of: frontier)
        let count = frames < block ? frames : block
        return count < edge ? count : edge
    }

    @_noLocks
    private func write(
        _ samples: UnsafePointer<Float>, frames: Int, as format: SampleFormat, to target: UnsafeMutableRawPointer
    ) {
        let count = frames &* channels
        if isDithered, let scale = format.ditherScale {
            unsafe realtime_dither(scratch, samples, scale, frontier &* Int64(channels), count)
            unsafe format.convert(scratch, count: count, to: target)
        } else {
            unsafe format.convert(samples, count: count, to: target)
        }
    }

    /// Goes back (or stays) so that `frame` is the next to be rendered.
    ///
    /// Frames before `earliestRewind` cannot be had again; `frame` is then raised to it. Returns where the renderer stands.
    @_noLocks
    @discardableResult
    public mutating func rewind(to frame: Int64) -> Int64 {
        let earliest = earliestRewind
        let target = frame < earliest ? earliest : (frame > frontier ? frontier : frame)
        let index = savedIndex(before: target)
        let start = unsafe savedFrames[index]
        var slot = 0
        while slot < used {
            unsafe voices[slot] = saved[index &* Self.slots &+ slot]
            if unsafe accounts[slot].ended == voices[slot].ticket { unsafe voices[slot].phase = .free }
            slot &+= 1
        }
        var kept = 0
        var at = 0
        while at < transitionCount {
            let transition = unsafe transitions[at]
            // What commands made just before `start` is in the saved state, as what they began with its first frame is.
            if transition.frame <= start || transition.isCommanded && transition.frame &- 1 <= start {
                unsafe transitions[kept] = transition
                kept &+= 1
            }
            at &+= 1
        }
        transitionCount = kept
        mixed = start
        limiter.rewind(to: target)
        mix(until: target)
        frontier = target
        return target
    }

    /// The first frame that can still be rendered again.
    public var earliestRewind: Int64 {
        @_noLocks get {
            let oldest = frontier &- Int64(Self.span - 4 * Self.block)
            return barrier > oldest ? barrier : oldest
        }
    }

    // MARK: - The mix

    @_noLocks
    private mutating func mix(until end: Int64) {
        while mixed < end {
            let room = Self.block &- (Int(truncatingIfNeeded: mixed) & (Self.block &- 1))
            let wanted = Int(truncatingIfNeeded: end &- mixed)
            mixBlock(wanted < room ? wanted : room)
        }
    }

    /// Mixes `count` frames within one block.
    @_noLocks
    private mutating func mixBlock(_ count: Int) {
        let target = unsafe mix + place(of: mixed) &* channels
        unsafe realtime_fill(target, 0, count &* channels)
        var slot = 0
        while slot < used {
            if unsafe voices[slot].isMoving { unsafe add(slot: slot, to: target, count: count) }
            slot &+= 1
        }
        mixed &+= Int64(count)
        if isLimited { unsafe limiter.examine(target, channels: channels, mixed: mixed, count: count) }
        if Int(truncatingIfNeeded: mixed) & (Self.block &- 1) != 0 { return }
        save()
        if place(of: mixed) == 0 { repeatEnd() }
    }

    /// Copies the last frames of the ring to before its first.
    @_noLocks
    private func repeatEnd() {
        let count = Limiter.history &* channels
        let first = unsafe mix - count
        unsafe realtime_copy(first, mix + Self.span &* channels - count, count)
    }

    /// Where a frame lies in the mix.
    @_noLocks
    func place(of frame: Int64) -> Int {
        Int(truncatingIfNeeded: frame) & (Self.span &- 1)
    }

    // MARK: - Saved states

    /// Saves the voices as they are before the frame `mixed`.
    @_noLocks
    mutating func save() {
        let index = Int(truncatingIfNeeded: mixed / Int64(Self.block)) & (Self.blocks &- 1)
        var slot = 0
        while slot < used {
            unsafe saved[index &* Self.slots &+ slot] = voices[slot]
            slot &+= 1
        }
        unsafe savedFrames[index] = mixed
    }

    /// The newest saved state that is not after `frame`.
    @_noLocks
    func savedIndex(before frame: Int64) -> Int {
        var index = Int(truncatingIfNeeded: frame / Int64(Self.block)) & (Self.blocks &- 1)
        if unsafe savedFrames[index] > frame || savedFrames[index] == Int64.min {
            index = (index &- 1) & (Self.blocks &- 1)
        }
        return index
    }

    /// Notes what happened to the voice in `slot` before `frame`.
    @_noLocks
    mutating func note(_ kind: RenderEvent.Kind, slot: Int, frame: Int64) {
        if transitionCount == Self.transitionLimit {
            dropped &+= 1
            return
        }
        unsafe transitions[transitionCount] = Transition(
            frame: frame, kind: kind, slot: slot, voice: voices[slot], isCommanded: isCommanding)
        transitionCount &+= 1
    }
}
