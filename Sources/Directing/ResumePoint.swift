/// Where a paused cue goes on.
public enum ResumePoint: Hashable, Sendable {
    /// At the first frame that was not heard.
    case heard
    /// At its first frame.
    case beginning
    /// Where it would be by now, had it not been paused.
    case liveEdge
}
