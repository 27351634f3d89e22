import Broadcasting

/// What a node remembers of one broadcast: which occurrences are decided, never a list of them.
struct BroadcastMemory: Codable, Sendable, Hashable {
    /// The scopes whose newest document contains it, sorted, also those that the node no longer obeys.
    var scopes: [Scope]
    /// All occurrences up to this one are decided: over, or `begun`. −1 for none.
    var through: Int = -1
    /// The highest occurrence that was ever due: an edit may take it away, but not its terminal record.
    var due: Int = -1
    /// The occurrences that the player was told to start, and whose terminal records are not yet written: one that sounds, and
    /// now and then one before it that is just ending.
    var begun: [BegunCue] = []
    /// Whether `fetched` was recorded.
    var fetched: Bool = false
    /// Whether the end of the broadcast, cancelled or withdrawn, was recorded.
    var closed: Bool = false
    /// After this instant no occurrence can start, so that it may be forgotten once it has left the documents.
    var over: Timestamp

    init(scopes: [Scope], over: Timestamp) {
        self.scopes = scopes
        self.over = over
    }
}
