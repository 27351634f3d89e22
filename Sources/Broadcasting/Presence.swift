/// Whether a node is there. Retained; the broker publishes the will, `lost`, for a node that fell silent.
public struct Presence: Hashable, Codable, Sendable {
    public enum State: String, Codable, Sendable { case online, lost, stopped }

    public var node: NodeID
    public var state: State
    /// The kernel's boot id, and the number of the session within the node's life: an old will cannot hide a new session.
    public var boot: String
    public var session: Int64
    public var at: Timestamp

    public init(node: NodeID, state: State, boot: String, session: Int64, at: Timestamp) {
        self.node = node
        self.state = state
        self.boot = boot
        self.session = session
        self.at = at
    }
}
