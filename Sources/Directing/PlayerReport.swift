public import Broadcasting

/// What the player says about a cue that it was told to load. `ended` comes exactly once for each `load`, and is the last.
public enum PlayerReport: Hashable, Sendable {
    case loaded(CueID)
    /// The first frame left the device at `at`; `startError` is its distance in seconds from the instant asked for.
    case started(CueID, at: Timestamp, startError: Double)
    case progress(CueID, Heard)
    case paused(CueID, Heard)
    case resumed(CueID)
    case ended(CueID, CueEnd)

    /// The cue that the report is about.
    public var cue: CueID {
        switch self {
        case .loaded(let cue), .started(let cue, _, _), .progress(let cue, _), .paused(let cue, _), .resumed(let cue),
            .ended(let cue, _):
            cue
        }
    }
}
