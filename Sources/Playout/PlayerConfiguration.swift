public import Relaying

/// How the player treats the device.
public struct PlayerConfiguration: Sendable, Hashable {
    /// The ALSA name of the device, as `aplay -L` lists them.
    public var device: String
    /// Frames in a second, if the device can; else the nearest that it can. Voices are resampled to it.
    public var rate: Int
    /// Channels, 1 or 2, if the device can.
    public var channels: Int
    /// Seconds of sound that the device holds. Long, so that the mixer wakes a few times a second only.
    public var bufferDuration = 0.25
    /// Seconds of sound that a device holds which cannot take back what was written. From one that can no more is taken back if it
    /// holds no more than that.
    public var shortBufferDuration = 0.02
    /// How far ahead of the device's own position, in seconds, sound is replaced when something must be heard now; further where the mixer
    /// was held up meanwhile. Doubled, up to 0.04, each time that the device ran dry because of it; begins anew with each opening of the
    /// device.
    public var rewindMargin = 0.000_5
    /// The `SCHED_FIFO` priority of the mixer, or nil for none. Where it is not permitted the player goes on without. Below
    /// the kernel's own interrupt threads, which have 50.
    public var realtimePriority: Int? = 40
    /// The processor that the mixer runs on, counted from 0; nil for any.
    public var processor: Int?
    /// Seconds that the amplifier needs before the first sample, when it was asleep.
    public var warmUp: Double
    /// Seconds after the last sample for which the amplifier stays awake.
    public var offDelay: Double
    /// The element of the card's mixer that sets its volume, such as `Master`; nil to leave the card's mixer alone.
    public var mixerElement: String?
    /// The level in dBFS that the sum of all voices never exceeds; nil for no limiter.
    public var ceiling: Double?
    /// Whether noise is added to samples of which bits are dropped, so that quiet sound fades into hiss and not into buzz.
    public var isDithered = false
    /// Seconds between two `progress` events of a voice.
    public var progressInterval: Double
    /// How long relays wait for what, and how much they keep.
    public var relayLimits = RelayLimits()
    /// A PEM file of the authorities that relays trust instead of the system's.
    public var relayAuthorities: String?
    /// Folders in which something appears when a lost device comes back; it is then tried at once.
    public var deviceFolders = ["/dev/snd"]
    /// The longest time in seconds between two attempts to open a lost device.
    public var reopenInterval = 1.0

    /// Takes the defaults for all that is not named.
    public init(
        device: String = "default", rate: Int = 48_000, channels: Int = 2, warmUp: Double = 0, offDelay: Double = 10,
        mixerElement: String? = nil, ceiling: Double? = -1, progressInterval: Double = 1
    ) {
        self.device = device
        self.rate = rate
        self.channels = channels
        self.warmUp = warmUp
        self.offDelay = offDelay
        self.mixerElement = mixerElement
        self.ceiling = ceiling
        self.progressInterval = progressInterval
    }
}
