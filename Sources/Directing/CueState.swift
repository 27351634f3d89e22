public import Broadcasting

/// A cue that has begun and is not over, for presence and health.
public struct CueState: Hashable, Sendable {
    public var cue: CueID
    public var title: String
    public var state: State

    public enum State: String, Sendable, CaseIterable {
        case playing, ducked, interrupted
    }

    public init(cue: CueID, title: String, state: State) {
        self.cue = cue
        self.title = title
        self.state = state
    }
}
