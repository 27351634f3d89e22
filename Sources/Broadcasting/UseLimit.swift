/// How much may sound in a day or a week of all that is no emergency.
public struct UseLimit: Hashable, Codable, Sendable {
    /// Cues that may begin.
    public var sessions: Int?
    /// Seconds that may sound.
    public var seconds: Double?

    public init(sessions: Int? = nil, seconds: Double? = nil) {
        self.sessions = sessions
        self.seconds = seconds
    }

    private enum CodingKeys: String, CodingKey { case sessions, seconds }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sessions = try container.decodeIfPresent(in: 0...1_000_000, forKey: .sessions)
        seconds = try container.decodeIfPresent(in: 0.0...604_800.0, forKey: .seconds)
    }
}

/// A day of the week, named as RFC 5545 does.
public enum DayOfWeek: String, Codable, Sendable, CaseIterable {
    case monday = "MO"
    case tuesday = "TU"
    case wednesday = "WE"
    case thursday = "TH"
    case friday = "FR"
    case saturday = "SA"
    case sunday = "SU"
}
