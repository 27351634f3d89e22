public import Broadcasting

/// When a director wants `.timer`: at the earlier of the two, each on its own clock. Late delivery delays, and harms nothing.
public struct Wake: Hashable, Sendable {
    public var wall: Timestamp?
    /// Nanoseconds of CLOCK_BOOTTIME.
    public var monotonic: Int64?

    public init(wall: Timestamp? = nil, monotonic: Int64? = nil) {
        self.wall = wall
        self.monotonic = monotonic
    }
}
