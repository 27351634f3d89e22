import CRealtime

extension Renderer {
    /// Adds what the voice in `slot` has to `count` frames of the mix, and moves it on.
    @_noLocks
    mutating func add(slot: Int, to target: UnsafeMutablePointer<Float>, count: Int) {
        // In place: a voice's state is too long to be copied twice for each block.
        let voice = unsafe voices + slot
        var first = 0
        if case .armed = unsafe voice.pointee.phase {
            let start = unsafe voice.pointee.startFrame
            if start >= mixed &+ Int64(count) { return }
            first = start > mixed ? Int(truncatingIfNeeded: start &- mixed) : 0
            unsafe voice.pointee.startFrame = mixed &+ Int64(first)
            unsafe voice.pointee.phase = .sounding
            let heard = mixed &+ Int64(first &+ 1)
            // Where the device has been already, it has been told: what it plays is rendered again from before that.
            if heard > measured {
                note(unsafe voice.pointee.hasBegun ? .resumed : .started, slot: slot, frame: heard)
            }
            unsafe voice.pointee.hasBegun = true
        }
        let (horizon, isEnd) = unsafe rings[slot].horizon()
        let available = unsafe horizon &- voice.pointee.position
        let room = count &- first
        let isLeaving =
            switch unsafe voice.pointee.phase {
            case .pausing, .stopping: true
            default: false
            }
        var taken = available < Int64(room) ? Int(truncatingIfNeeded: available) : room
        if isLeaving { taken = unsafe min(taken, Int(voice.pointee.fade.remaining)) }
        unsafe mix(&voice.pointee, ring: rings[slot].samples, to: target + first &* channels, count: taken)
        let after = mixed &+ Int64(first &+ taken)
        if isEnd, unsafe voice.pointee.position == horizon {
            unsafe voice.pointee.phase = .over
            note(.finished, slot: slot, frame: after)
            return
        }
        let isDry = taken < room && Int64(taken) == available
        if isLeaving, unsafe voice.pointee.fade.remaining == 0 || isDry {
            // A voice that has nothing to fade is silent already.
            unsafe voice.pointee.fade.land()
            leave(slot: slot, frame: after)
            return
        }
        if isDry { unsafe voice.pointee.underrun &+= Int64(room &- taken) }
    }

    /// Ends a fade to silence.
    @_noLocks
    mutating func leave(slot: Int, frame: Int64) {
        if case .stopping = unsafe voices[slot].phase {
            unsafe voices[slot].phase = .over
            note(.stopped, slot: slot, frame: frame)
        } else {
            unsafe voices[slot].phase = .paused
            note(.paused, slot: slot, frame: frame)
        }
    }

    /// Adds `count` frames of the ring, from the voice's position, times its gains.
    @_noLocks
    private func mix(
        _ voice: inout VoiceState, ring: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
    ) {
        var done = 0
        while done < count {
            let at = Int(truncatingIfNeeded: voice.position) & (FrameRing.capacity &- 1)
            var run = count &- done
            if run > FrameRing.capacity &- at { run = FrameRing.capacity &- at }
            let source = unsafe arrange(ring + at &* voice.channels, of: voice.channels, count: run)
            let output = unsafe target + done &* channels
            var peak: UInt32
            if voice.level.remaining > 0 || voice.fade.remaining > 0 {
                unsafe voice.level.write(to: levels, count: run)
                unsafe voice.fade.write(to: fades, count: run)
                voice.level.advance(by: run)
                voice.fade.advance(by: run)
                peak = unsafe realtime_add_moving(output, source, levels, fades, channels, run)
            } else {
                peak = unsafe realtime_add(output, source, voice.level.value * voice.fade.value, run &* channels)
            }
            if peak > voice.peak { voice.peak = peak }
            voice.position &+= Int64(run)
            done &+= run
        }
    }

    /// The samples as the device has its channels: mono goes to both, and stereo to the mean of both.
    @_noLocks
    private func arrange(_ source: UnsafePointer<Float>, of count: Int, count frames: Int) -> UnsafePointer<Float> {
        if count == channels { return unsafe source }
        if channels == 2 {
            unsafe realtime_widen(scratch, source, frames)
        } else {
            unsafe realtime_fold(scratch, source, frames)
        }
        return unsafe UnsafePointer(scratch)
    }
}
