/// An item of the timetable: what sounds, on which days, at which local time.
///
/// Its start is wall time with a zone and an RFC 5545 rule; occurrences are computed on the node, never stored as rows.
public struct Programme: Hashable, Codable, Sendable, Identifiable {
    public var id: ProgrammeID
    public var title: String
    public var `class`: BulletinClass
    public var start: Start
    public var blocks: [Block]
    /// Seconds from its start to its hard end: whatever happens, nothing of it sounds any longer. None means that it may sound
    /// for its blocks and its grace.
    public var slot: Double?
    /// Seconds after its start in which a programme may still begin from its first block.
    public var grace: Double
    public var whenLate: LatePolicy
    public var whenInterrupted: InterruptionPolicy
    public var priority: Priority
    /// Gain in dB.
    public var volume: Double
    /// The languages that are spoken, as BCP 47 tags (`vi`, `pac`): for people, and for choosing among programmes.
    public var languages: [String]

    /// When a programme starts: local wall time, its zone, and the rule by which it recurs.
    public struct Start: Hashable, Codable, Sendable {
        /// `2026-11-23T05:00:00`, without an offset.
        public var local: String
        /// A name of the tz database, as `Asia/Ho_Chi_Minh`.
        public var zone: String
        /// RFC 5545 recurrence rules; none means once.
        public var rrule: String?
        public var rdate: [String]?
        public var exdate: [String]?

        public init(local: String, zone: String, rrule: String? = nil, rdate: [String]? = nil, exdate: [String]? = nil)
        {
            self.local = local
            self.zone = zone
            self.rrule = rrule
            self.rdate = rdate
            self.exdate = exdate
        }
    }

    /// What a node does with a programme that it could not begin in time.
    public enum LatePolicy: String, Codable, Sendable, CaseIterable {
        /// It begins where the programme would be by now, as long as there is something left of it within its slot.
        case joinInProgress
        /// It begins with its first block, as long as its grace lasts.
        case startWhole
        /// It is missed.
        case skip
    }

    /// A part of a programme. In JSON the case's name is the only key: `{"pause": {"duration": 2}}`.
    public enum Block: Hashable, Codable, Sendable {
        case audio(AudioReference)
        /// A stream that is passed on (tiếp sóng), for `duration` seconds.
        case relay(url: String, duration: Double, fallback: AudioReference?)
        case chime(AudioReference)
        /// Silence of `duration` seconds.
        case pause(duration: Double)

        /// Seconds that it takes.
        public var duration: Double {
            switch self {
            case .audio(let audio): audio.duration
            case .chime(let audio): audio.duration
            case .relay(_, let duration, _): duration
            case .pause(let duration): duration
            }
        }

        /// The audio that should be on the node's disk for it: what sounds, or may in place of a relay.
        public var content: AudioReference? {
            switch self {
            case .audio(let audio): audio
            case .chime(let audio): audio
            case .relay(_, _, let fallback): fallback
            case .pause: nil
            }
        }
    }

    /// A programme with the defaults of its class.
    public init(id: ProgrammeID, title: String, class: BulletinClass, start: Start, blocks: [Block]) {
        self.id = id
        self.title = title
        self.class = `class`
        self.start = start
        self.blocks = blocks
        grace = 300
        whenLate = .joinInProgress
        whenInterrupted = `class`.defaultInterruption
        priority = `class` == .normal ? .programme : `class`.defaultPriority
        volume = 0
        languages = []
    }

    /// Seconds that its blocks take.
    public var duration: Double { blocks.reduce(0) { $0 + $1.duration } }

    /// All the audio that its blocks name, in their order, the fallbacks of relays among it.
    public var content: [AudioReference] { blocks.compactMap(\.content) }
}
