/// An item of the timetable: what sounds, on which days, at which local time.
///
/// Its start is wall time with a zone and an RFC 5545 rule; occurrences are computed on the node, never stored as rows.
public struct Programme: Hashable, Codable, Sendable, Identifiable {
    public var id: ProgrammeID
    public var title: String
    public var `class`: BulletinClass
    public var start: Start
    public var blocks: [Block]
    /// Seconds after its start in which a late programme may still begin.
    public var grace: Double
    public var whenLate: LatePolicy
    public var whenInterrupted: InterruptionPolicy
    public var priority: Priority
    /// Gain in dB.
    public var volume: Double

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
        case joinInProgress, startWhole, skip
    }

    /// A part of a programme. In JSON the case's name is the only key: `{"pause": {"duration": 2}}`.
    public enum Block: Hashable, Codable, Sendable {
        case audio(AudioReference)
        /// A stream that is passed on (tiếp sóng), for `duration` seconds.
        case relay(url: String, duration: Double, fallback: AudioReference?)
        case chime(AudioReference)
        /// Silence of `duration` seconds.
        case pause(duration: Double)
    }

    public init(id: ProgrammeID, title: String, class: BulletinClass, start: Start, blocks: [Block]) {
        self.id = id
        self.title = title
        self.class = `class`
        self.start = start
        self.blocks = blocks
        grace = 300
        whenLate = .joinInProgress
        whenInterrupted = .resume
        priority = .programme
        volume = 0
    }
}
