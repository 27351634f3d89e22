public import Rendering

/// The device as it is now, for health reports and for technicians.
public struct DeviceStatus: Sendable, Hashable {
    /// What the device is doing.
    public enum State: Sendable, Hashable {
        /// Nobody has opened it yet.
        case closed
        /// Open, prepared and silent.
        case idle
        /// Playing.
        case playing
        /// Gone, or not to be opened; the reason is for people.
        case lost(String)
    }

    /// The ALSA name that was asked for.
    public var name: String
    /// What it is doing.
    public var state: State
    /// Frames in a second; 0 before the first opening.
    public var rate: Int
    /// The format of a sample in ALSA's words, such as `S16_LE`; empty before the first opening.
    public var format: String
    /// Channels; 0 before the first opening.
    public var channels: Int
    /// Frames that the device holds.
    public var bufferFrames: Int
    /// Frames between two of the device's own interrupts.
    public var periodFrames: Int
    /// How often the device ran dry since the player began.
    public var xruns: Int
    /// How loud the last three seconds were that the device has played; nil while nothing sounds.
    public var levels: OutputLevels?
    /// How often the machine was suspended while the device was open.
    public var suspensions: Int
    /// How many voices since the player began were silent for some frames, because their decoder came too late; known when they sound
    /// again, or end.
    public var voiceUnderruns: Int
    /// What the card's own volume contributes to every gain, in dB; nil where it is left alone, or not known.
    public var cardVolume: Double?
    /// What is wrong with amplifier and card volume, for people; empty when all is well.
    public var faults: [String]
    /// Whether sound that was written can be replaced; a device that cannot has a short buffer and costs more CPU.
    public var canRewind: Bool
    /// What a technician could do about the state, with the devices there are; empty when all is well.
    public var hint: String

    /// Describes a device that nobody has opened.
    public init(name: String) {
        self.name = name
        state = .closed
        rate = 0
        format = ""
        channels = 0
        bufferFrames = 0
        periodFrames = 0
        xruns = 0
        suspensions = 0
        voiceUnderruns = 0
        faults = []
        canRewind = false
        hint = ""
    }
}
