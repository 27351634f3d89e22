import Broadcasting

/// What the terminal record of a cue needs, should the program die while it sounds.
struct BegunCue: Codable, Sendable, Hashable {
    var number: Int
    var title: String
    var priority: Priority
    var drill: Bool
    var due: Timestamp
    var gain: Double
    /// The instant for which its start was ordered, before which it cannot have sounded; nil once it may have.
    var startsAt: Timestamp?
    /// Nanoseconds of it that are counted for the day.
    var counted: Int64?
}
