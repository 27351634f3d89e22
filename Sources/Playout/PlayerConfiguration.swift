/// How the player treats the device.
public struct PlayerConfiguration: Sendable, Hashable {
    /// The ALSA name of the device, as `aplay -L` lists them.
    public var device: String
    /// Frames in a second, if the device can; else the nearest that it can. Voices are resampled to it.
    public var rate: Int
    /// Channels, 1 or 2, if the device can.
    public var channels: Int
    /// Seconds of sound that the device holds. Long, so that the mixer wakes a few times a second only.
    public var bufferDuration: Double
    /// Seconds of sound that a device holds which cannot take back what was written.
    public var shortBufferDuration: Double
    /// How far ahead of the device's own position, in seconds, sound is replaced when something must be heard now.
    public var rewindMargin: Double
    /// The `SCHED_FIFO` priority of the mixer, or nil for none. Where it is not permitted the player goes on without.
    public var realtimePriority: Int?
    /// Seconds of silence before the first sample after an idle time, for an amplifier that needs to wake.
    public var warmUp: Double
    /// The level in dBFS that the sum of all voices never exceeds; nil for no limiter.
    public var ceiling: Double?
    /// Seconds between two `progress` events of a voice.
    public var progressInterval: Double

    /// Takes the defaults for all that is not named.
    public init(
        device: String = "default", rate: Int = 48_000, channels: Int = 2, bufferDuration: Double = 0.25,
        shortBufferDuration: Double = 0.02, rewindMargin: Double = 0.005, realtimePriority: Int? = 50,
        warmUp: Double = 0, ceiling: Double? = -1, progressInterval: Double = 1
    ) {
        self.device = device
        self.rate = rate
        self.channels = channels
        self.bufferDuration = bufferDuration
        self.shortBufferDuration = shortBufferDuration
        self.rewindMargin = rewindMargin
        self.realtimePriority = realtimePriority
        self.warmUp = warmUp
        self.ceiling = ceiling
        self.progressInterval = progressInterval
    }
}
