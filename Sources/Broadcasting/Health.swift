/// How a node is: published each 60 s and on change.
public struct Health: Hashable, Codable, Sendable {
    public var node: NodeID
    public var at: Timestamp
    public var version: String
    /// Seconds since the program started.
    public var uptime: Double
    public var playing: [Playing]
    /// The gain in dB that what has no volume of its own gets now, emergencies aside: by night that of the night, and never above the
    /// ceiling.
    public var volume: Double
    public var device: Device
    public var clock: ClockState
    /// The revision held per topic.
    public var documents: [String: Revision]
    public var content: Content
    /// Records that the controller has not receipted yet.
    public var journalDepth: Int64
    public var storage: Storage
    /// Resident memory of the program, in bytes.
    public var memory: Int64
    /// Degrees Celsius, where the box has a sensor.
    public var temperature: Double?
    public var undervoltage: Bool?
    public var halted: Bool
    /// What the latest self-test found; nil when none was made.
    public var selfTest: SelfTestResult?
    /// What a person should look at, in plain words; empty when all is well.
    public var faults: [Fault]

    public struct Playing: Hashable, Codable, Sendable {
        public var cue: CueID
        public var title: String
        /// `playing`, `ducked` or `interrupted`.
        public var state: String

        public init(cue: CueID, title: String, state: String) {
            self.cue = cue
            self.title = title
            self.state = state
        }
    }

    public struct Device: Hashable, Codable, Sendable {
        public var name: String
        /// `idle`, `playing` or `lost`.
        public var state: String
        public var rate: Int
        public var format: String
        public var channels: Int
        public var xruns: Int64
        public var canRewind: Bool
        /// How often the machine was suspended while the device was open, since the program started; nil from nodes that do not count it.
        public var suspensions: Int64?
        /// Playbacks since the program started that had a gap, because their audio was not decoded in time; nil from nodes that do not
        /// count them.
        public var voiceUnderruns: Int64?
        /// What the card's own volume contributes to every gain, in dB; nil where it is left alone or not known, and from nodes that do
        /// not tell it.
        public var cardVolume: Double?
        /// What the device plays; nil while nothing sounds, and from nodes that do not measure it.
        public var levels: Levels?

        public init(
            name: String, state: String, rate: Int, format: String, channels: Int, xruns: Int64, canRewind: Bool
        ) {
            self.name = name
            self.state = state
            self.rate = rate
            self.format = format
            self.channels = channels
            self.xruns = xruns
            self.canRewind = canRewind
        }
    }

    /// How loud the last three seconds were that the device has played.
    public struct Levels: Hashable, Codable, Sendable {
        /// The loudest sample, in dBFS.
        public var peak: Double
        /// The mean power of all channels, in dBFS: −3.0 for a full-scale sine on each.
        public var rms: Double
        /// The short-term loudness of ITU-R BS.1770, in LUFS.
        public var loudness: Double

        public init(peak: Double, rms: Double, loudness: Double) {
            self.peak = peak
            self.rms = rms
            self.loudness = loudness
        }
    }

    public struct ClockState: Hashable, Codable, Sendable {
        public var trusted: Bool
        /// Whether the kernel says that the clock is synchronised.
        public var synchronised: Bool
        /// The kernel's estimate of the error in seconds.
        public var estimatedError: Double?

        public init(trusted: Bool, synchronised: Bool, estimatedError: Double? = nil) {
            self.trusted = trusted
            self.synchronised = synchronised
            self.estimatedError = estimatedError
        }
    }

    public struct Content: Hashable, Codable, Sendable {
        public var held: Int
        public var missing: Int

        public init(held: Int, missing: Int) {
            self.held = held
            self.missing = missing
        }
    }

    /// Bytes of the file system that holds the node's state.
    public struct Storage: Hashable, Codable, Sendable {
        public var free: Int64
        public var total: Int64

        public init(free: Int64, total: Int64) {
            self.free = free
            self.total = total
        }
    }

    public struct Fault: Hashable, Codable, Sendable {
        /// `device`, `clock`, `content`, `storage`, `documents` or `selfTest`.
        public var part: String
        public var text: String

        public init(part: String, text: String) {
            self.part = part
            self.text = text
        }
    }

    public init(
        node: NodeID, at: Timestamp, version: String, uptime: Double, playing: [Playing], volume: Double,
        device: Device, clock: ClockState, documents: [String: Revision], content: Content, journalDepth: Int64,
        storage: Storage, memory: Int64, halted: Bool, faults: [Fault]
    ) {
        self.node = node
        self.at = at
        self.version = version
        self.uptime = uptime
        self.playing = playing
        self.volume = volume
        self.device = device
        self.clock = clock
        self.documents = documents
        self.content = content
        self.journalDepth = journalDepth
        self.storage = storage
        self.memory = memory
        self.halted = halted
        self.faults = faults
    }
}
