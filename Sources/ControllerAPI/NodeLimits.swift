public import Broadcasting

/// What may sound on a node, emergencies aside. Set as a whole: what is absent is not limited.
public struct NodeLimits: Hashable, Codable, Sendable {
    /// Seconds that any one cue may sound.
    public var sessionDuration: Double?
    /// In a local day.
    public var day: UseLimit?
    /// In a local week, Monday to Sunday.
    public var week: UseLimit?
    /// The days on which anything may begin; all where nil.
    public var days: [DayOfWeek]?

    public init(sessionDuration: Double? = nil, day: UseLimit? = nil, week: UseLimit? = nil, days: [DayOfWeek]? = nil) {
        self.sessionDuration = sessionDuration
        self.day = day
        self.week = week
        self.days = days
    }
}
