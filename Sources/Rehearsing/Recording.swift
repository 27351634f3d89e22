public import Broadcasting

/// How the sound of a rehearsal is made, and of what.
public struct Recording: Sendable {
    /// Frames in a second.
    public var rate: Int
    /// 1 or 2.
    public var channels: Int
    /// The true peak in dBFS that the limiter keeps the sum below.
    public var ceiling: Double?
    /// Where the file of a piece of audio lies; nil for one that is not here, which only a fallback may be.
    public var path: @Sendable (AudioReference) -> String?

    /// As nodes play where their settings say nothing else.
    public init(
        rate: Int = 48_000, channels: Int = 2, ceiling: Double? = -1,
        path: @escaping @Sendable (AudioReference) -> String?
    ) {
        self.rate = rate
        self.channels = channels
        self.ceiling = ceiling
        self.path = path
    }
}
