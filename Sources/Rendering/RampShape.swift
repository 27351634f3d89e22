/// How a gain goes from one value to another: over how many frames, and along which curve.
public struct RampShape: Sendable, Hashable, BitwiseCopyable {
    /// The curve of a ramp.
    public enum Curve: Sendable, Hashable, BitwiseCopyable {
        /// The gain itself moves evenly. For ducking and volume.
        case linear
        /// The power moves along a sine square, so that two opposite ramps keep their power. For fades.
        case equalPower
    }

    /// Frames from the first value to the last; 0 means at once.
    public let frames: Int32
    /// The curve.
    public let curve: Curve

    /// Moves over `frames`, 16,777,216 at most, along `curve`.
    public init(frames: Int, curve: Curve) {
        // Beyond this a float no longer counts every frame.
        self.frames = Int32(min(max(frames, 0), 1 << 24))
        self.curve = curve
    }

    /// No ramp at all.
    public static var immediate: RampShape {
        @_noLocks get { RampShape() }
    }

    @_noLocks
    private init() {
        frames = 0
        curve = .linear
    }
}
