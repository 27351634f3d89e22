/// What one would like a device to do.
public struct PCMWish: Sendable, Hashable {
    /// Frames in a second.
    public var rate: Int
    /// Channels, 1 or 2.
    public var channels: Int
    /// Seconds that the device holds.
    public var bufferDuration: Double
    /// Seconds that a device holds which cannot take back what was written.
    public var shortBufferDuration: Double
    /// The most frames that the device may hold.
    public var maximumBufferFrames: Int

    /// States a wish.
    public init(
        rate: Int, channels: Int, bufferDuration: Double, shortBufferDuration: Double, maximumBufferFrames: Int
    ) {
        self.rate = rate
        self.channels = channels
        self.bufferDuration = bufferDuration
        self.shortBufferDuration = shortBufferDuration
        self.maximumBufferFrames = maximumBufferFrames
    }
}

/// What a device agreed to.
public struct PCMParameters: Sendable, Hashable, CustomStringConvertible {
    /// Frames in a second.
    public internal(set) var rate: Int
    /// How samples are written.
    public internal(set) var format: PCMFormat
    /// Channels.
    public internal(set) var channels: Int
    /// Frames that the device holds.
    public internal(set) var bufferFrames: Int
    /// Frames between two interrupts of the device.
    public internal(set) var periodFrames: Int
    /// Whether the device's position moves by whole periods only.
    public internal(set) var isBatch: Bool
    /// Whether the device stamps its position with the time at which it was true; else the program takes the time itself.
    public internal(set) var isTimestamped: Bool
    /// Whether what was written can be taken back.
    public internal(set) var canRewind: Bool

    /// In plain words, for the log.
    public var description: String {
        let milliseconds = bufferFrames * 1000 / max(rate, 1)
        let period = periodFrames * 1000 / max(rate, 1)
        let way = channels == 1 ? "mono" : (channels == 2 ? "stereo" : "\(channels) channels")
        return "\(rate) Hz, \(format.name), \(way), buffer of \(milliseconds) ms in periods of \(period) ms, "
            + (isBatch ? "moves by whole periods, " : "")
            + (isTimestamped ? "stamps its position with the time, " : "does not stamp its position with the time, ")
            + (canRewind ? "can take sound back" : "cannot take sound back: short buffer")
    }
}
