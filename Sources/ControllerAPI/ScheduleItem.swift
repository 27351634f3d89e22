public import Broadcasting
public import Timetabling

/// The schedule of a scope, as the controller keeps it.
public struct ScheduleItem: Hashable, Codable, Sendable {
    public var scope: Scope
    /// How often it was changed: 0 for a scope that never had a schedule. The entity tag is this number in quotes.
    public var version: Int
    public var programmes: [Programme]
    /// When it was changed last, and the name of the token by which.
    public var changedAt: Timestamp?
    public var changedBy: String?
    /// Overlaps of its programmes with each other and with those of other scopes at a node that obeys both, within a year from now.
    public var clashes: [Clash]
    /// Nil where all of the year was looked at. Else programmes recur too often for that: from this instant on there may be more.
    public var clashesCompleteBefore: Timestamp?

    public init(scope: Scope, version: Int, programmes: [Programme]) {
        self.scope = scope
        self.version = version
        self.programmes = programmes
        clashes = []
    }

    public var entityTag: String { "\"\(version)\"" }
}

/// A new schedule of a scope, in place of the one that it has.
public struct ScheduleRequest: Hashable, Codable, Sendable {
    /// Of their audio the hash counts; size, duration and gain are those of the library.
    public var programmes: [Programme]

    public init(programmes: [Programme]) { self.programmes = programmes }
}

/// A schedule that a scope has or had.
public struct ScheduleVersion: Hashable, Codable, Sendable {
    public var scope: Scope
    public var version: Int
    public var changedAt: Timestamp
    public var changedBy: String
    public var programmes: [Programme]

    public init(scope: Scope, version: Int, changedAt: Timestamp, changedBy: String, programmes: [Programme]) {
        self.scope = scope
        self.version = version
        self.changedAt = changedAt
        self.changedBy = changedBy
        self.programmes = programmes
    }
}

/// What is due on a node.
public struct NodeSchedule: Hashable, Codable, Sendable {
    public var node: NodeID
    /// In the order of their instants.
    public var occurrences: [ScheduledOccurrence]
    /// Overlaps among them.
    public var clashes: [Clash]
    /// Nil where all is here. Else it is too much: what is due from this instant on is left out, and its overlaps may be.
    public var completeBefore: Timestamp?

    public init(node: NodeID, due: Timetable.Due, clashes: Timetable.Clashes) {
        self.node = node
        occurrences = due.occurrences
        self.clashes = clashes.found
        completeBefore = [due.completeBefore, clashes.completeBefore].compactMap { $0 }.min()
    }
}
