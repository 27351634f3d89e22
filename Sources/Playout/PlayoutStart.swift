/// When a voice is to begin.
public enum PlayoutStart: Sendable, Hashable {
    /// As soon as it can be heard: what the device has not yet played is rendered again with the new voice in it.
    case now
    /// At an instant of the wall clock, in nanoseconds since 1970-01-01T00:00:00Z, on the frame which the device plays
    /// then. An instant that has passed means `now`.
    case instant(wallNanoseconds: Int64)
}

/// Where a paused voice goes on.
public enum ResumePoint: Sendable, Hashable {
    /// At the first frame that was not heard; within a relay, where the relay is by now.
    case heard
    /// At the beginning of the voice.
    case beginning
    /// Where it would be by then, had it not been paused, to the frame. It sounds a moment later, when that is ready: a quarter of a
    /// second, or longer where its file takes longer to open. A voice that has not fallen silent yet goes on, as nothing is missed.
    case liveEdge
}
