import CRealtime

/// How a gain goes from one value to another: over how many frames, and along which curve.
///
/// Made by control, because it takes a sine; the renderer only turns a vector by it.
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
    /// The turn of a half circle's `frames`th part.
    let cosine: Double
    let sine: Double

    /// Moves over `frames` along `curve`.
    public init(frames: Int, curve: Curve) {
        self.frames = Int32(clamping: max(frames, 0))
        self.curve = curve
        let angle = frames > 0 ? Double.pi / Double(frames) : 0
        cosine = realtime_cosine(angle)
        sine = realtime_sine(angle)
    }

    /// No ramp at all.
    public static var immediate: RampShape {
        @_noLocks get { RampShape() }
    }

    @_noLocks
    private init() {
        frames = 0
        curve = .linear
        cosine = 1
        sine = 0
    }
}
