import CRealtime

/// A gain that moves to its target over some frames, starting from what it is at that moment.
///
/// With `x` the part of the ramp that has passed, the gain is `from + (target − from)·x` on a linear one, and
/// `√(from²·cos²(πx/2) + target²·sin²(πx/2))` on an equal-power one. It lands exactly on the target, so that a voice at
/// unity is left as it was decoded, to the bit. A gain is a function of the frame alone and not of the steps that led there.
struct GainRamp: BitwiseCopyable {
    private var from: Float
    private var target: Float
    private var done: Int32 = 0
    private var frames: Int32 = 0
    private var isPower = false

    @_noLocks
    init(_ value: Float) {
        from = value
        target = value
    }

    /// Frames until the gain is the target.
    var remaining: Int32 {
        @_noLocks get { frames &- done }
    }

    /// The gain of the next frame.
    var value: Float {
        @_noLocks get {
            if remaining == 0 { return target }
            var gain: Float = 0
            unsafe write(to: &gain, count: 1)
            return gain
        }
    }

    /// Leads to `gain` from here on.
    @_noLocks
    mutating func move(to gain: Float, shape: RampShape) {
        from = value
        target = gain
        done = 0
        frames = from == gain ? 0 : shape.frames
        switch shape.curve {
        case .linear: isPower = false
        case .equalPower: isPower = true
        }
    }

    /// Goes to the target at once, for a voice that nobody hears.
    @_noLocks
    mutating func land() {
        done = frames
    }

    /// Moves on by `count` frames.
    @_noLocks
    mutating func advance(by count: Int) {
        done = Int(remaining) < count ? frames : done &+ Int32(truncatingIfNeeded: count)
    }

    /// Writes the gains of the next `count` frames.
    @_noLocks
    func write(to gains: UnsafeMutablePointer<Float>, count: Int) {
        let moving = Int(remaining) < count ? Int(remaining) : count
        if moving > 0 {
            let step = 1 / Float(frames)
            if isPower {
                unsafe realtime_power_ramp(gains, from, target, done, step, moving)
            } else {
                unsafe realtime_ramp(gains, from, target, done, step, moving)
            }
        }
        unsafe realtime_fill(gains + moving, target, count &- moving)
    }
}
