/// What becomes of a cue when one of higher priority interrupts it.
public enum InterruptionPolicy: String, Codable, Sendable, CaseIterable {
    /// It goes on at the first frame that was not heard.
    case resume
    /// It is played again from its first frame.
    case restart
    /// It goes on where it would be by now, had nothing interrupted it.
    case liveEdge
    /// It ends, as `interrupted`.
    case drop
}
