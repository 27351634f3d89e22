public import Broadcasting

/// A node: what it was told, and how it is.
public struct NodeItem: Hashable, Codable, Sendable, Identifiable {
    public var id: NodeID
    public var settings: NodeSettings
    public var addedAt: Timestamp
    public var state: State
    /// The controller's time of the latest word from it.
    public var lastHeard: Timestamp?
    public var presence: Presence?
    /// The latest that it told of itself; as old as its `at` says.
    public var health: Health?
    /// Scopes of the node that are halted now.
    public var halted: [Scope]

    public enum State: String, Codable, Sendable, CaseIterable {
        /// It was never heard from.
        case new
        case connected
        /// Connected, and sounding.
        case playing
        /// Connected, with a fault of its own to tell.
        case fault
        /// It fell silent, or was not heard from for 90 s.
        case lost
        /// Its operator stopped it.
        case stopped
    }

    public init(id: NodeID, settings: NodeSettings, addedAt: Timestamp, state: State) {
        self.id = id
        self.settings = settings
        self.addedAt = addedAt
        self.state = state
        halted = []
    }
}
