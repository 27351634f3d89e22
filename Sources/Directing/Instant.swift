public import Broadcasting

/// A moment as the node's clocks tell it.
public struct Instant: Hashable, Sendable, Codable {
    public var wall: Timestamp
    /// Nanoseconds of CLOCK_BOOTTIME.
    public var monotonic: Int64
    /// Whether `wall` may be believed: synchronised once, and not earlier than what is known to have passed.
    public var clockTrusted: Bool

    public init(wall: Timestamp, monotonic: Int64, clockTrusted: Bool) {
        self.wall = wall
        self.monotonic = monotonic
        self.clockTrusted = clockTrusted
    }
}
