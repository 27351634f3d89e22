public import Broadcasting

/// A broadcast, with how far it has come on its nodes.
public struct BroadcastItem: Hashable, Codable, Sendable, Identifiable {
    /// What the nodes were told.
    public var broadcast: Broadcast
    public var scopes: [Scope]
    public var createdAt: Timestamp
    public var progress: Progress

    public var id: BroadcastID { broadcast.id }

    /// Counts over the nodes that the broadcast is for, each by its latest due occurrence.
    public struct Progress: Hashable, Codable, Sendable {
        /// Nodes that it is for.
        public var nodes: Int
        /// Nodes by state; states that no node has are absent. The keys are those of `PlaybackState`.
        public var states: [String: Int]
        /// True once no occurrence is to come and every node has told how each one ended.
        public var settled: Bool

        public init(nodes: Int, states: [String: Int], settled: Bool) {
            self.nodes = nodes
            self.states = states
            self.settled = settled
        }

        public subscript(state: PlaybackState) -> Int { states[state.rawValue] ?? 0 }
    }

    public init(broadcast: Broadcast, scopes: [Scope], createdAt: Timestamp, progress: Progress) {
        self.broadcast = broadcast
        self.scopes = scopes
        self.createdAt = createdAt
        self.progress = progress
    }
}
