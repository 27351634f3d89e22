import CRealtime

/// A gain that moves to its target over some frames, starting from what it is at that moment.
///
/// It lands exactly on the target, so that a voice at unity is left as it was decoded, to the bit.
struct GainRamp: BitwiseCopyable {
    /// The gain of the next frame.
    private(set) var value: Float
    /// Frames until `value` is the target.
    private(set) var remaining: Int32 = 0
    private var isPower = false
    /// What moves evenly: the gain for a linear ramp; for an equal-power one the power's share, along a cosine.
    private var from: Double = 0
    private var target: Double
    private var done: Double = 0
    private var step: Double = 0
    private var cosine: Double = 1
    private var sine: Double = 0
    private var turnCosine: Double = 1
    private var turnSine: Double = 0

    @_noLocks
    init(_ value: Float) {
        self.value = value
        target = Double(value)
    }

    /// Where the ramp leads.
    var destination: Float {
        @_noLocks get { Float(target) }
    }

    /// Leads to `gain` from here on.
    @_noLocks
    mutating func move(to gain: Float, shape: RampShape) {
        target = Double(gain)
        if shape.frames <= 0 || value == gain {
            value = gain
            remaining = 0
            return
        }
        from = Double(value)
        remaining = shape.frames
        done = 0
        step = 1 / Double(shape.frames)
        cosine = 1
        sine = 0
        turnCosine = shape.cosine
        turnSine = shape.sine
        switch shape.curve {
        case .linear: isPower = false
        case .equalPower: isPower = true
        }
    }

    /// Goes to the target at once, for a voice that nobody hears.
    @_noLocks
    mutating func land() {
        value = Float(target)
        remaining = 0
    }

    /// Moves on by one frame.
    @_noLocks
    mutating func advance() {
        if remaining == 0 { return }
        remaining &-= 1
        if remaining == 0 {
            value = Float(target)
            return
        }
        if isPower {
            let next = cosine * turnCosine - sine * turnSine
            sine = sine * turnCosine + cosine * turnSine
            cosine = next
            let share = (1 - cosine) * 0.5
            let power = from * from * (1 - share) + target * target * share
            value = realtime_square_root(Float(power))
        } else {
            done += step
            value = Float(from + (target - from) * done)
        }
    }
}
