import CRealtime

/// Levels and the factors that they stand for. For control, not for the audio thread.
public enum Decibels {
    /// The factor of `decibels`; exactly 1 for 0, and 0 for −∞.
    public static func factor(_ decibels: Double) -> Double {
        decibels == 0 ? 1 : realtime_power(10, decibels / 20)
    }

    /// The level of `factor`; −∞ for 0.
    public static func level(_ factor: Double) -> Double {
        factor > 0 ? 20 * realtime_logarithm(factor) : -.infinity
    }
}
