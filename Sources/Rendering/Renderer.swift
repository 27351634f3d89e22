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
    }

    /// What control has heard of a voice; moves with the device, never back.
    struct Account: BitwiseCopyable {
        var passed: Int64 = 0
        var heard: Int64 = 0
        var reported: Int64 = 0

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
    let savedFrames: UnsafeMutablePointer<Int64>
    let transitions: UnsafeMutablePointer<Transition>
    let accounts: UnsafeMutablePointer<Account>
    let mix: UnsafeMutablePointer<Float>
    let scratch: UnsafeMutablePointer<Float>
    var limiter: Limiter
    let isLimited: Bool
    /// The next frame to be mixed; ahead of `frontier` by the limiter's look.
    var mixed: Int64 = 0
    var transitionCount = 0
    /// Slots that have ever been used.
    var used = 0
    /// No voice begins before this frame: the amplifier is still waking.
    public var earliestStart: Int64 = 0
    /// No frame before this one can be rendered again: commands took effect there.
    var barrier: Int64 = 0

    /// Prepares for a device of `channels`.
    ///
    /// - Parameter ceiling: the factor (1 = full scale) that the sum never exceeds, or nil for no limiter.
    public init(link: RenderLink, channels: Int, ceiling: Float?) {
        precondition(channels == 1 || channels == 2, "the renderer knows one channel or two")
        self.link = link
        self.channels = channels
        commands = link.commands
        events = link.events
        releases = link.releases
        isLimited = ceiling != nil
        limiter = Limiter(ceiling: ceiling ?? 1, span: Self.span)
        unsafe rings = .allocate(capacity: Self.slots)
        unsafe voices = .allocate(capacity: Self.slots)
        unsafe saved = .allocate(capacity: Self.slots * Self.blocks)
        unsafe savedFrames = .allocate(capacity: Self.blocks)
        unsafe transitions = .allocate(capacity: Self.transitionLimit)
        unsafe accounts = .allocate(capacity: Self.slots)
        unsafe mix = .allocate(capacity: Self.span * 2)
        unsafe scratch = .allocate(capacity: Self.block * 2)
        for slot in 0..<Self.slots {
            unsafe (rings + slot).initialize(to: link.ring(slot))
        }
        unsafe voices.initialize(repeating: VoiceState(), count: Self.slots)
        unsafe accounts.initialize(repeating: Account(), count: Self.slots)
        unsafe savedFrames.initialize(repeating: Int64.min, count: Self.blocks)
        unsafe mix.initialize(repeating: 0, count: Self.span * 2)
        unsafe scratch.initialize(repeating: 0, count: Self.block * 2)
        save()
    }

    deinit {
        unsafe rings.deallocate()
        unsafe voices.deallocate()
        unsafe saved.deallocate()
        unsafe savedFrames.deallocate()
        unsafe transitions.deallocate()
        unsafe accounts.deallocate()
        unsafe mix.deallocate()
        unsafe scratch.deallocate()
    }

    /// Goes on for a device of other channels, from the frontier.
    public mutating func adopt(channels: Int) {
        precondition(channels == 1 || channels == 2, "the renderer knows one channel or two")
        self.channels = channels
        rewind(to: frontier)
    }

    // MARK: - Rendering

    /// Computes the next `frames` frames and writes them to `target` as `format`, or nowhere.
    @_noLocks
    public mutating func render(_ frames: Int, as format: SampleFormat, to target: UnsafeMutableRawPointer?) {
        var done = 0
        while done < frames {
            let room = Self.block &- (Int(truncatingIfNeeded: frontier) & (Self.block &- 1))
            let count = frames &- done < room ? frames &- done : room
            mix(until: frontier &+ Int64(count &+ Limiter.lookahead))
            let source = unsafe mix + place(of: frontier) &* channels
            if isLimited {
                unsafe limiter.process(source, channels: channels, frame: frontier, count: count, to: scratch)
                if let target = unsafe target {
                    unsafe format.convert(
                        scratch, count: count &* channels, to: target + done &* channels &* format.bytes)
                }
            } else if let target = unsafe target {
                unsafe format.convert(source, count: count &* channels, to: target + done &* channels &* format.bytes)
            }
            frontier &+= Int64(count)
            done &+= count
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
            unsafe voices[slot] = saved[slot &* Self.blocks &+ index]
            slot &+= 1
        }
        var kept = 0
        var at = 0
        while at < transitionCount {
            if unsafe transitions[at].frame <= start {
                unsafe transitions[kept] = transitions[at]
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
        var index = 0
        while index < count &* channels {
            unsafe target[index] = 0
            index &+= 1
        }
        var slot = 0
        while slot < used {
            if unsafe voices[slot].isMoving { unsafe add(slot: slot, to: target, count: count) }
            slot &+= 1
        }
        if isLimited { unsafe limiter.examine(target, channels: channels, frame: mixed, count: count) }
        mixed &+= Int64(count)
        if Int(truncatingIfNeeded: mixed) & (Self.block &- 1) == 0 { save() }
    }

    /// Where a frame lies in the mix.
    @_noLocks
    private func place(of frame: Int64) -> Int {
        Int(truncatingIfNeeded: frame) & (Self.span &- 1)
    }

    // MARK: - Saved states

    /// Saves the voices as they are before the frame `mixed`.
    @_noLocks
    mutating func save() {
        let index = Int(truncatingIfNeeded: mixed / Int64(Self.block)) & (Self.blocks &- 1)
        var slot = 0
        while slot < used {
            unsafe saved[slot &* Self.blocks &+ index] = voices[slot]
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
        unsafe transitions[transitionCount] = Transition(frame: frame, kind: kind, slot: slot, voice: voices[slot])
        transitionCount &+= 1
    }
}
