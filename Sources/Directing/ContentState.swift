public import Broadcasting

/// Whether a piece of audio can be played from the node's disk.
public enum ContentState: Hashable, Sendable {
    /// It is there, and its hash was checked.
    case available
    /// It will not come: corrupt, not what the document says, or nowhere to be had. `available` later revokes it.
    case failed(Reason)
    /// It is not there (yet, or no more).
    case missing
}
