/// How strongly a cue claims the loudspeaker, from 0 to 255. The highest has it.
public struct Priority: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let rawValue: UInt8

    public init(_ rawValue: UInt8) { self.rawValue = rawValue }

    public static let background = Priority(32)
    public static let programme = Priority(96)
    /// A broadcast of class normal.
    public static let normal = Priority(112)
    /// A programme or broadcast of class priority.
    public static let priority = Priority(144)
    public static let live = Priority(176)
    /// An emergency of a commune, and the least priority that is an emergency's.
    public static let emergency = Priority(224)
    /// An emergency of a province and above.
    public static let provinceEmergency = Priority(240)

    /// Among emergencies the latest wins, below them the first to come.
    public var isEmergency: Bool { self >= .emergency }

    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(UInt8.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }

    public var description: String { "\(rawValue)" }
}
