extension Renderer {
    /// Takes note that all frames before `frame` have left the device, reports what they contained, and gives the frames
    /// that will never be needed again back to the decoders. What was silent before an entrance was not heard.
    ///
    /// - Parameters:
    ///   - audible: whether they were really heard; false while there is no device.
    ///   - progressInterval: frames of a voice between two reports of its progress.
    @_noLocks
    public mutating func advance(heard frame: Int64, audible: Bool, clock: FrameClock, progressInterval: Int64) {
        if measured < entrance {
            let silent = frame < entrance ? frame : entrance
            pass(silent, audible: false, clock: clock, progressInterval: progressInterval)
            if silent == frame { return }
        }
        pass(frame, audible: audible, clock: clock, progressInterval: progressInterval)
    }

    @_noLocks
    private mutating func pass(_ frame: Int64, audible: Bool, clock: FrameClock, progressInterval: Int64) {
        var kept = 0
        var at = 0
        while at < transitionCount {
            let transition = unsafe transitions[at]
            if transition.frame <= frame {
                report(transition, audible: audible, clock: clock)
            } else {
                unsafe transitions[kept] = transition
                kept &+= 1
            }
            at &+= 1
        }
        transitionCount = kept
        measure(heard: frame, audible: audible)
        let index = savedIndex(before: frame)
        let start = unsafe savedFrames[index]
        if start > frame || start == Int64.min { return }
        var slot = 0
        while slot < used {
            let then = unsafe saved[index &* Self.slots &+ slot]
            let now = unsafe voices[slot]
            let isOver = unsafe accounts[slot].ended == then.ticket
            if then.ticket == now.ticket, !isOver, then.isMoving || now.isMoving {
                var position = then.position
                if then.isMoving {
                    let begin =
                        then.startFrame == VoiceState.unplaced || then.startFrame < start ? start : then.startFrame
                    if frame > begin { position &+= frame &- begin }
                }
                if position > now.position { position = now.position }
                account(slot: slot, position: position, audible: audible)
                unsafe rings[slot].release(before: then.position)
                if unsafe accounts[slot].passed &- accounts[slot].reported >= progressInterval {
                    unsafe accounts[slot].reported = accounts[slot].passed
                    // What lies ahead may be rendered again.
                    post(.progress, slot: slot, voice: then, frame: frame, clock: clock)
                }
            }
            slot &+= 1
        }
    }

    /// Measures what the device has played since it was last here.
    @_noLocks
    private mutating func measure(heard frame: Int64, audible: Bool) {
        let end = frame < frontier ? frame : frontier
        // What lies further back is no longer kept.
        if measured < end &- Int64(Self.maximumBuffer) { measured = end &- Int64(Self.maximumBuffer) }
        if !audible || !isActive {
            if measured < end { measured = end }
            meter.rest()
            return
        }
        while measured < end {
            let edge = Int64(Self.span &- place(of: measured))
            let left = end &- measured
            let count = Int(truncatingIfNeeded: left < edge ? left : edge)
            unsafe meter.measure(output + place(of: measured) &* channels, channels: channels, count: count)
            measured &+= Int64(count)
        }
    }

    @_noLocks
    private mutating func account(slot: Int, position: Int64, audible: Bool) {
        let passed = unsafe accounts[slot].passed
        if position <= passed { return }
        var account = unsafe accounts[slot]
        if audible { account.heard &+= position &- passed }
        account.passed = position
        unsafe accounts[slot] = account
    }

    @_noLocks
    private mutating func report(_ transition: Transition, audible: Bool, clock: FrameClock) {
        let slot = transition.slot
        switch transition.kind {
        case .started, .resumed:
            post(transition.kind, slot: slot, voice: transition.voice, frame: transition.frame &- 1, clock: clock)
        case .paused, .progress:
            account(slot: slot, position: transition.voice.position, audible: audible)
            post(transition.kind, slot: slot, voice: transition.voice, frame: transition.frame, clock: clock)
        case .finished, .stopped:
            account(slot: slot, position: transition.voice.position, audible: audible)
            // From the report on the ring is another's.
            unsafe accounts[slot].ended = transition.voice.ticket
            post(transition.kind, slot: slot, voice: transition.voice, frame: transition.frame, clock: clock)
            if unsafe voices[slot].ticket == transition.voice.ticket { unsafe voices[slot].phase = .free }
        }
    }

    @_noLocks
    private mutating func post(
        _ kind: RenderEvent.Kind, slot: Int, voice: VoiceState, frame: Int64, clock: FrameClock
    ) {
        let instant = clock.instant(of: frame)
        let account = unsafe accounts[slot]
        var isEnd = false
        var position = voice.position
        switch kind {
        case .finished, .stopped: isEnd = true
        case .progress: position = account.passed
        case .started, .paused, .resumed: break
        }
        let asked = voice.instant == RenderCommand.immediately ? voice.stamp : voice.instant
        let event = RenderEvent(
            kind: kind, slot: slot, ticket: voice.ticket, instant: instant, lateness: instant &- asked,
            position: position, heard: account.heard, underrun: voice.underrun, peak: Float(bitPattern: voice.peak))
        if isEnd ? releases.push(event) : events.push(event) {
            reports &+= 1
        } else {
            dropped &+= 1
        }
    }
}
