extension Renderer {
    // MARK: - Commands

    /// Whether control wants something.
    public var hasCommands: Bool {
        @_noLocks get { !commands.isEmpty }
    }

    /// Does what control has asked for, with effect from the frontier on.
    @_noLocks
    public mutating func takeCommands() {
        rewind(to: frontier)
        while transitionCount < Self.transitionLimit - 32, let command = commands.pop() {
            apply(command)
        }
        barrier = frontier
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
        var voice = unsafe voices[slot]
        if voice.ticket != command.ticket { return }
        switch command.kind {
        case .attach:
            return
        case .start:
            switch voice.phase {
            case .attached: break
            case .paused: if voice.hasBegun { return }
            case .free, .armed, .sounding, .pausing, .stopping, .over: return
            }
            voice.phase = .armed
            voice.instant = command.instant
            voice.stamp = command.stamp
            voice.startFrame = command.instant == RenderCommand.immediately ? soonest : VoiceState.unplaced
            voice.fade = GainRamp(command.ramp.frames > 0 ? 0 : 1)
            voice.fade.move(to: 1, shape: command.ramp)
            unsafe voices[slot] = voice
        case .pause:
            pause(&voice, command)
        case .resume:
            resume(&voice, command)
        case .stop:
            stop(&voice, command)
        case .level:
            voice.level.move(to: command.gain, shape: voice.isMoving ? command.ramp : .immediate)
            unsafe voices[slot] = voice
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
                unsafe saved[used &* Self.blocks &+ index] = VoiceState()
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
        unsafe accounts[command.slot] = Account()
    }

    @_noLocks
    private mutating func pause(_ voice: inout VoiceState, _ command: RenderCommand) {
        switch voice.phase {
        case .sounding, .pausing:
            voice.phase = .pausing
            voice.fade.move(to: 0, shape: command.ramp)
            if voice.fade.remaining == 0 {
                leave(&voice, slot: command.slot, frame: frontier)
            } else {
                unsafe voices[command.slot] = voice
            }
        case .attached, .armed:
            voice.fade = GainRamp(0)
            leave(&voice, slot: command.slot, frame: frontier)
        case .free, .paused, .stopping, .over:
            return
        }
    }

    @_noLocks
    private mutating func resume(_ voice: inout VoiceState, _ command: RenderCommand) {
        switch voice.phase {
        case .pausing:
            voice.phase = .sounding
            voice.fade.move(to: 1, shape: command.ramp)
            unsafe voices[command.slot] = voice
            note(.resumed, slot: command.slot, frame: frontier &+ 1)
        case .paused:
            voice.phase = .armed
            voice.instant = command.instant
            voice.stamp = command.stamp
            voice.startFrame = soonest
            voice.fade.move(to: 1, shape: command.ramp)
            unsafe voices[command.slot] = voice
        case .free, .attached, .armed, .sounding, .stopping, .over:
            return
        }
    }

    @_noLocks
    private mutating func stop(_ voice: inout VoiceState, _ command: RenderCommand) {
        switch voice.phase {
        case .sounding, .pausing:
            voice.phase = .stopping
            voice.fade.move(to: 0, shape: command.ramp)
            if voice.fade.remaining == 0 {
                leave(&voice, slot: command.slot, frame: frontier)
            } else {
                unsafe voices[command.slot] = voice
            }
        case .attached, .armed, .paused:
            voice.phase = .stopping
            leave(&voice, slot: command.slot, frame: frontier)
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
        var slot = 0
        while slot < used {
            if case .armed = unsafe voices[slot].phase, unsafe voices[slot].startFrame == VoiceState.unplaced {
                let frame = clock.frame(at: unsafe voices[slot].instant)
                let first = mixed > earliestStart ? mixed : earliestStart
                if frame < horizon { unsafe voices[slot].startFrame = frame > first ? frame : first }
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
