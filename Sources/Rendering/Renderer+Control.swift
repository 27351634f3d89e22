extension Renderer {
    // MARK: - Commands

    /// Whether control wants something.
    public var hasCommands: Bool {
        @_noLocks get { !commands.isEmpty }
    }

    /// Does what control has asked for, with effect from the frontier on.
    @_noLocks
    public mutating func takeCommands() {
        tryCommands()
        keepCommands()
    }

    /// As `takeCommands`, while it is not known yet whether what is rendered from here on will be heard. Nothing but `placeStarts` and
    /// `render` may come before `keepCommands` or `returnCommands`.
    @_noLocks
    public mutating func tryCommands() {
        rewind(to: frontier)
        var slot = 0
        while slot < Self.slots {
            unsafe untried[slot] = voices[slot]
            slot &+= 1
        }
        untriedTransitions = transitionCount
        tried = 0
        isCommanding = true
        while transitionCount < Self.transitionLimit - 32, let command = commands.message(after: tried) {
            apply(command)
            tried &+= 1
        }
        isCommanding = false
        barrier = frontier
        save()
    }

    /// The commands that were tried have their effect.
    @_noLocks
    public mutating func keepCommands() {
        commands.remove(tried)
        tried = 0
    }

    /// The commands that were tried have had no effect and wait again, and the renderer stands where they were tried.
    @_noLocks
    public mutating func returnCommands() {
        rewind(to: barrier)
        transitionCount = untriedTransitions
        var slot = 0
        while slot < used {
            unsafe voices[slot] = untried[slot]
            slot &+= 1
        }
        tried = 0
        save()
    }

    @_noLocks
    private mutating func apply(_ command: RenderCommand) {
        let slot = command.slot
        if slot < 0 || slot >= Self.slots { return }
        if case .attach = command.kind {
            attach(command)
            return
        }
        if slot >= used { return }
        let voice = unsafe voices + slot
        if unsafe voice.pointee.ticket != command.ticket { return }
        switch command.kind {
        case .attach:
            return
        case .start:
            switch unsafe voice.pointee.phase {
            case .attached: break
            case .paused: if unsafe voice.pointee.hasBegun { return }
            case .free, .armed, .sounding, .pausing, .stopping, .over: return
            }
            unsafe voice.pointee.phase = .armed
            unsafe voice.pointee.instant = command.instant
            unsafe voice.pointee.stamp = command.stamp
            unsafe voice.pointee.startFrame =
                command.instant == RenderCommand.immediately ? soonest : VoiceState.unplaced
            unsafe voice.pointee.fade = GainRamp(command.ramp.frames > 0 ? 0 : 1)
            unsafe voice.pointee.fade.move(to: 1, shape: command.ramp)
        case .pause:
            unsafe pause(voice, command)
        case .resume:
            unsafe resume(voice, command)
        case .stop:
            unsafe stop(voice, command)
        case .level:
            unsafe voice.pointee.level.move(to: command.gain, shape: voice.pointee.isHeard ? command.ramp : .immediate)
        }
    }

    /// The first frame on which a voice can begin.
    private var soonest: Int64 {
        @_noLocks get { frontier > earliestStart ? frontier : earliestStart }
    }

    @_noLocks
    private mutating func attach(_ command: RenderCommand) {
        while used <= command.slot {
            // The slot is new in all saved states too.
            var index = 0
            while index < Self.blocks {
                unsafe saved[index &* Self.slots &+ used] = VoiceState()
                index &+= 1
            }
            used &+= 1
        }
        var voice = VoiceState()
        voice.phase = .attached
        voice.ticket = command.ticket
        voice.channels = command.channels
        voice.level = GainRamp(command.gain)
        unsafe voices[command.slot] = voice
        var account = Account()
        // An attachment that is tried may be taken back.
        account.ended = unsafe accounts[command.slot].ended
        unsafe accounts[command.slot] = account
    }

    @_noLocks
    private mutating func pause(_ voice: UnsafeMutablePointer<VoiceState>, _ command: RenderCommand) {
        switch unsafe voice.pointee.phase {
        case .sounding, .pausing:
            unsafe voice.pointee.phase = .pausing
            unsafe voice.pointee.fade.move(to: 0, shape: command.ramp)
            if unsafe voice.pointee.fade.remaining == 0 { leave(slot: command.slot, frame: frontier) }
        case .attached, .armed:
            unsafe voice.pointee.fade = GainRamp(0)
            leave(slot: command.slot, frame: frontier)
        case .free, .paused, .stopping, .over:
            return
        }
    }

    @_noLocks
    private mutating func resume(_ voice: UnsafeMutablePointer<VoiceState>, _ command: RenderCommand) {
        switch unsafe voice.pointee.phase {
        case .pausing:
            unsafe voice.pointee.phase = .sounding
            unsafe voice.pointee.fade.move(to: 1, shape: command.ramp)
            note(.resumed, slot: command.slot, frame: frontier &+ 1)
        case .paused:
            unsafe voice.pointee.phase = .armed
            unsafe voice.pointee.instant = command.instant
            unsafe voice.pointee.stamp = command.stamp
            unsafe voice.pointee.startFrame = soonest
            unsafe voice.pointee.fade.move(to: 1, shape: command.ramp)
        case .free, .attached, .armed, .sounding, .stopping, .over:
            return
        }
    }

    @_noLocks
    private mutating func stop(_ voice: UnsafeMutablePointer<VoiceState>, _ command: RenderCommand) {
        switch unsafe voice.pointee.phase {
        case .sounding, .pausing:
            unsafe voice.pointee.phase = .stopping
            unsafe voice.pointee.fade.move(to: 0, shape: command.ramp)
            if unsafe voice.pointee.fade.remaining == 0 { leave(slot: command.slot, frame: frontier) }
        case .attached, .armed, .paused:
            unsafe voice.pointee.phase = .stopping
            leave(slot: command.slot, frame: frontier)
        case .free, .stopping, .over:
            return
        }
    }

    // MARK: - Instants

    /// The earliest instant at which a voice wants to begin and that has no frame yet, in nanoseconds of wall time.
    public var nextInstant: Int64? {
        @_noLocks get {
            var earliest: Int64?
            var slot = 0
            while slot < used {
                if case .armed = unsafe voices[slot].phase, unsafe voices[slot].startFrame == VoiceState.unplaced {
                    let instant = unsafe voices[slot].instant
                    if let known = earliest { earliest = instant < known ? instant : known } else { earliest = instant }
                }
                slot &+= 1
            }
            return earliest
        }
    }

    /// Gives a frame to each start whose instant lies within the next `frames` frames; a passed one begins at once.
    @_noLocks
    public mutating func placeStarts(within frames: Int, by clock: FrameClock) {
        let horizon = mixed &+ Int64(frames &+ Limiter.lookahead)
        let index = savedIndex(before: mixed)
        var slot = 0
        while slot < used {
            if case .armed = unsafe voices[slot].phase, unsafe voices[slot].startFrame == VoiceState.unplaced {
                let frame = clock.frame(at: unsafe voices[slot].instant)
                let first = mixed > earliestStart ? mixed : earliestStart
                if frame < horizon {
                    let start = frame > first ? frame : first
                    unsafe voices[slot].startFrame = start
                    // Whoever goes back to a frame after the start must find it started.
                    unsafe saved[index &* Self.slots &+ slot].startFrame = start
                }
            }
            slot &+= 1
        }
    }

    /// Takes their frames from the starts at an instant that have not begun, for the device has stopped: they are to be placed anew.
    @_noLocks
    public mutating func unplaceStarts() {
        let index = savedIndex(before: mixed)
        var slot = 0
        while slot < used {
            if case .armed = unsafe voices[slot].phase, unsafe voices[slot].instant != RenderCommand.immediately {
                unsafe voices[slot].startFrame = VoiceState.unplaced
                unsafe saved[index &* Self.slots &+ slot].startFrame = VoiceState.unplaced
            }
            slot &+= 1
        }
    }

    /// Whether a voice sounds, has a frame to begin on, or has something to report that is not yet heard.
    public var isActive: Bool {
        @_noLocks get {
            if transitionCount > 0 { return true }
            var slot = 0
            while slot < used {
                switch unsafe voices[slot].phase {
                case .sounding, .pausing, .stopping: return true
                case .armed: if unsafe voices[slot].startFrame != VoiceState.unplaced { return true }
                case .free, .attached, .paused, .over: break
                }
                slot &+= 1
            }
            return false
        }
    }

    /// The next frame after which there is something to report, if it has been rendered.
    public var nextReport: Int64? {
        @_noLocks get {
            var earliest: Int64?
            var at = 0
            while at < transitionCount {
                let frame = unsafe transitions[at].frame
                if let known = earliest { earliest = frame < known ? frame : known } else { earliest = frame }
                at &+= 1
            }
            return earliest
        }
    }
}
