/// One announcement and all that a node must know to sound it: what, when, how strongly, until when.
///
/// A node plays each occurrence at most once, whatever arrives how often, and never starts one after it expired.
public struct Broadcast: Hashable, Codable, Sendable, Identifiable {
    public var id: BroadcastID
    public var `class`: BulletinClass
    public var title: String
    /// Played in order, without gaps.
    public var audio: [AudioReference]
    /// The instant at which the first occurrence is due.
    public var start: Timestamp
    /// After this instant no occurrence is started.
    public var expires: Timestamp
    public var `repeat`: Repetition?
    public var priority: Priority
    public var over: Covering
    public var whenInterrupted: InterruptionPolicy
    /// Gain in dB beside that of the node; ceilings of the node apply unless it is an emergency.
    public var volume: Double
    /// Sounded before the audio.
    public var chime: AudioReference?
    /// Seconds that one occurrence may take at the most, interruptions left out; the node enforces it.
    public var maximumDuration: Double
    /// A drill (diễn tập): sounds as its class does, and is told apart in every record and on every screen.
    public var drill: Bool
    public var cancelled: Cancellation?

    /// The same broadcast again each `every` seconds, until `until`.
    public struct Repetition: Hashable, Codable, Sendable {
        /// Seconds between the starts of two occurrences, at least 10.
        public var every: Double
        /// No occurrence is due at or after this instant.
        public var until: Timestamp

        public init(every: Double, until: Timestamp) {
            self.every = every
            self.until = until
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            every = try container.decode(in: 10...31_622_400, forKey: .every)
            until = try container.decode(Timestamp.self, forKey: .until)
        }
    }

    /// A recall (thu hồi).
    public struct Cancellation: Hashable, Codable, Sendable {
        public var at: Timestamp
        public var reason: String

        public init(at: Timestamp, reason: String) {
            self.at = at
            self.reason = reason
        }
    }

    /// A broadcast with the defaults of its class, and a maximum duration of its audio and a minute more.
    public init(
        id: BroadcastID, class: BulletinClass, title: String, audio: [AudioReference], start: Timestamp,
        expires: Timestamp
    ) {
        self.id = id
        self.class = `class`
        self.title = title
        self.audio = audio
        self.start = start
        self.expires = expires
        priority = `class`.defaultPriority
        over = .interrupt
        whenInterrupted = `class`.defaultInterruption
        volume = 0
        maximumDuration = audio.reduce(60) { $0 + $1.duration }
        drill = false
    }

    /// Seconds of sound in one occurrence, chime included.
    public var duration: Double { audio.reduce(chime?.duration ?? 0) { $0 + $1.duration } }

    /// Everything that must be on the node's disk before it can sound, in the order of playing.
    public var content: [AudioReference] { (chime.map { [$0] } ?? []) + audio }

    /// The instant at which occurrence `number` (0 first) is due, or nil if there is none such.
    public func due(_ number: Int) -> Timestamp? {
        if number == 0 { return start }
        guard number > 0, let `repeat` else { return nil }
        let due = start.advanced(bySeconds: Double(number) * `repeat`.every)
        return due < `repeat`.until ? due : nil
    }

    private enum CodingKeys: String, CodingKey {
        case id, `class`, title, audio, start, expires, `repeat`, priority, over, whenInterrupted, volume, chime
        case maximumDuration, drill, cancelled
    }

    /// Fields that are absent take the defaults of the class.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let `class` = try container.decode(BulletinClass.self, forKey: .class)
        let audio = try container.decode([AudioReference].self, forKey: .audio)
        guard (1...64).contains(audio.count) else {
            throw DecodingError.dataCorruptedError(
                forKey: .audio, in: container, debugDescription: "audio names 1 to 64 files")
        }
        self.init(
            id: try container.decode(BroadcastID.self, forKey: .id), class: `class`,
            title: try container.decode(String.self, forKey: .title), audio: audio,
            start: try container.decode(Timestamp.self, forKey: .start),
            expires: try container.decode(Timestamp.self, forKey: .expires))
        `repeat` = try container.decodeIfPresent(Repetition.self, forKey: .repeat)
        priority = try container.decodeIfPresent(Priority.self, forKey: .priority) ?? priority
        over = try container.decodeIfPresent(Covering.self, forKey: .over) ?? over
        whenInterrupted =
            try container.decodeIfPresent(InterruptionPolicy.self, forKey: .whenInterrupted) ?? whenInterrupted
        volume = try container.decodeIfPresent(in: -60.0...20.0, forKey: .volume) ?? volume
        chime = try container.decodeIfPresent(AudioReference.self, forKey: .chime)
        maximumDuration =
            try container.decodeIfPresent(in: 1.0...86_400.0, forKey: .maximumDuration) ?? maximumDuration
        drill = try container.decodeIfPresent(Bool.self, forKey: .drill) ?? drill
        cancelled = try container.decodeIfPresent(Cancellation.self, forKey: .cancelled)
        guard title.utf8.count <= 1000 else {
            throw DecodingError.dataCorruptedError(
                forKey: .title, in: container, debugDescription: "title has at most 1000 bytes")
        }
        guard (`class` == .emergency) == priority.isEmergency else {
            throw DecodingError.dataCorruptedError(
                forKey: .priority, in: container,
                debugDescription: "a priority of 224 and above is an emergency's, and an emergency has no lower one")
        }
    }
}
