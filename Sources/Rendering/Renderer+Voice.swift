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
            let source = unsafe ring + at &* voice.channels
            let output = unsafe target + done &* channels
            if voice.level.remaining > 0 || voice.fade.remaining > 0 {
                unsafe mixMoving(&voice, source, to: output, count: run)
            } else {
                unsafe mixSteady(&voice, source, to: output, count: run)
            }
            voice.position &+= Int64(run)
            done &+= run
        }
    }

    /// One gain for all frames.
    @_noLocks
    private func mixSteady(
        _ voice: inout VoiceState, _ source: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, count: Int
    ) {
        let gain = voice.level.value * voice.fade.value
        var peak = voice.peak
        var index = 0
        if voice.channels == channels {
            while index < count &* channels {
                let sample = unsafe source[index] * gain
                let bits = sample.bitPattern & 0x7FFF_FFFF
                peak = bits > peak ? bits : peak
                unsafe output[index] += sample
                index &+= 1
            }
        } else if channels == 2 {
            while index < count {
                let sample = unsafe source[index] * gain
                let bits = sample.bitPattern & 0x7FFF_FFFF
                peak = bits > peak ? bits : peak
                unsafe output[index &* 2] += sample
                unsafe output[index &* 2 &+ 1] += sample
                index &+= 1
            }
        } else {
            while index < count {
                let sample = unsafe (source[index &* 2] + source[index &* 2 &+ 1]) * 0.5 * gain
                let bits = sample.bitPattern & 0x7FFF_FFFF
                peak = bits > peak ? bits : peak
                unsafe output[index] += sample
                index &+= 1
            }
        }
        voice.peak = peak
    }

    /// A gain that moves from frame to frame.
    @_noLocks
    private func mixMoving(
        _ voice: inout VoiceState, _ source: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>, count: Int
    ) {
        var peak = voice.peak
        var frame = 0
        while frame < count {
            let gain = voice.level.value * voice.fade.value
            voice.level.advance()
            voice.fade.advance()
            var left: Float
            var right: Float
            if voice.channels == 1 {
                left = unsafe source[frame]
                right = left
            } else {
                left = unsafe source[frame &* 2]
                right = unsafe source[frame &* 2 &+ 1]
            }
            if channels == 1, voice.channels == 2 { left = (left + right) * 0.5 }
            left *= gain
            right *= gain
            var bits = left.bitPattern & 0x7FFF_FFFF
            peak = bits > peak ? bits : peak
            if channels == 2 {
                bits = right.bitPattern & 0x7FFF_FFFF
                peak = bits > peak ? bits : peak
                unsafe output[frame &* 2] += left
                unsafe output[frame &* 2 &+ 1] += right
            } else {
                unsafe output[frame] += left
            }
            frame &+= 1
        }
        voice.peak = peak
    }
}
