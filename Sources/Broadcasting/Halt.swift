/// Silence for a scope (dừng tất cả), until it is lifted. It survives a reboot of the node.
public struct Halt: Hashable, Codable, Sendable {
    public var since: Timestamp
    /// Whether emergencies are silenced too.
    public var emergencies: Bool
    public var reason: String?

    public init(since: Timestamp, emergencies: Bool, reason: String? = nil) {
        self.since = since
        self.emergencies = emergencies
        self.reason = reason
    }
}
