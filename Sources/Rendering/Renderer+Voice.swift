import CRealtime

extension Renderer {
    /// Adds what the voice in `slot` has to `count` frames of the mix, and moves it on.
    @_noLocks
    mutating func add(slot: Int, to target: UnsafeMutablePointer<Float>, count: Int) {
        var voice = unsafe voices[slot]
        var first = 0
        if case .armed = voice.phase {
            if voice.startFrame >= mixed &+ Int64(count) { return }
            first = voice.startFrame > mixed ? Int(truncatingIfNeeded: voice.startFrame &- mixed) : 0
            voice.startFrame = mixed &+ Int64(first)
            voice.phase = .sounding
            unsafe voices[slot] = voice
            note(voice.hasBegun ? .resumed : .started, slot: slot, frame: voice.startFrame &+ 1)
            voice.hasBegun = true
        }
        let (horizon, isEnd) = unsafe rings[slot].horizon()
        let available = horizon &- voice.position
        let room = count &- first
        let isLeaving =
            switch voice.phase {
            case .pausing, .stopping: true
            default: false
            }
        var taken = available < Int64(room) ? Int(truncatingIfNeeded: available) : room
        if isLeaving, Int(voice.fade.remaining) < taken { taken = Int(voice.fade.remaining) }
        unsafe mix(&voice, ring: rings[slot].samples, to: target + first &* channels, count: taken)
        let after = mixed &+ Int64(first &+ taken)
        if isEnd, voice.position == horizon {
            voice.phase = .over
            unsafe voices[slot] = voice
            note(.finished, slot: slot, frame: after)
            return
        }
        let isDry = taken < room && Int64(taken) == available
        if isLeaving, voice.fade.remaining == 0 || isDry {
            // A voice that has nothing to fade is silent already.
            voice.fade.land()
            leave(&voice, slot: slot, frame: after)
            return
        }
        if isDry { voice.underrun &+= Int64(room &- taken) }
        unsafe voices[slot] = voice
    }

    /// Ends a fade to silence.
    @_noLocks
    mutating func leave(_ voice: inout VoiceState, slot: Int, frame: Int64) {
        if case .stopping = voice.phase {
            voice.phase = .over
            unsafe voices[slot] = voice
            note(.stopped, slot: slot, frame: frame)
        } else {
            voice.phase = .paused
            unsafe voices[slot] = voice
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
                let gains = unsafe takeGains(&voice, count: run)
                peak = unsafe realtime_add_moving(output, source, gains, run &* channels)
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

    /// The gains of the next `count` frames of the voice, one for each sample; moves its ramps on.
    @_noLocks
    private func takeGains(_ voice: inout VoiceState, count: Int) -> UnsafePointer<Float> {
        var frame = 0
        while frame < count {
            unsafe gains[frame] = 1
            frame &+= 1
        }
        unsafe voice.level.multiply(gains, count: count)
        unsafe voice.fade.multiply(gains, count: count)
        voice.level.advance(by: count)
        voice.fade.advance(by: count)
        if channels == 1 { return unsafe UnsafePointer(gains) }
        unsafe realtime_widen(gains + Self.block, gains, count)
        return unsafe UnsafePointer(gains + Self.block)
    }
}
