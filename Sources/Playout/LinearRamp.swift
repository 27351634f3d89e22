/// A gain on its way from one value to another, in a straight line.
struct LinearRamp {
    private(set) var value: Float = 0
    private var target: Float = 0
    private var step: Float = 0
    /// Frames to its target.
    private(set) var remaining = 0

    /// Whether it lets anything through, now or soon.
    var isOpen: Bool { remaining > 0 || value > 0 }

    /// Goes to `target` within `frames` frames, from where it is.
    mutating func move(to target: Float, over frames: Int) {
        self.target = target
        remaining = max(1, frames)
        step = (target - value) / Float(remaining)
    }

    /// Arrives at once.
    mutating func land() {
        remaining = 0
        value = target
    }

    /// The gain of the next frame.
    mutating func next() -> Float {
        guard remaining > 0 else { return value }
        remaining -= 1
        value = remaining == 0 ? target : value + step
        return value
    }
}
