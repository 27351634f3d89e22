public import Broadcasting

/// When a cue is to begin.
public enum StartTime: Hashable, Sendable {
    case now
    /// With its first frame at this instant of the wall clock.
    case at(Timestamp)
}
