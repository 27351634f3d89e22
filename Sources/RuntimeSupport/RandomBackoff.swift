/// Says how long to wait before the next attempt: longer after each failure, and never the same for two clients.
///
/// The n-th wait is drawn evenly from `minimum` to `minimum × 2ⁿ`, at most `maximum` (AWS calls it full jitter): when a broker
/// comes back, a province of nodes does not arrive in one second. A pure value; it does not sleep.
public struct RandomBackoff: Sendable, Hashable {
    /// The shortest wait.
    public let minimum: Duration
    /// The longest wait.
    public let maximum: Duration
    /// How many waits were drawn since the start or the last `reset()`.
    public private(set) var attempts = 0

    /// Waits between `minimum` and `maximum`, which must be positive and in order.
    public init(minimum: Duration, maximum: Duration) {
        precondition(minimum > .zero && maximum >= minimum, "a back-off needs 0 < minimum ≤ maximum")
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Draws the next wait.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        attempts += 1
        var ceiling = minimum
        var doublings = 0
        while doublings < attempts && ceiling < maximum {
            ceiling *= 2
            doublings += 1
        }
        let span = min(ceiling, maximum) - minimum
        // Not `Double.random(in:using:)`, which draws again until it likes the bits: a constant generator would hang it.
        let fraction = Double(generator.next() >> 11) / Double((1 << 53) - 1)
        return minimum + span * fraction
    }

    /// Draws the next wait from the system's randomness.
    public mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    /// Starts again from `minimum`; call it once the attempt has held.
    public mutating func reset() {
        attempts = 0
    }
}
