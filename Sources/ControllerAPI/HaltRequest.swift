/// Silence for a scope, until it is lifted.
public struct HaltRequest: Hashable, Codable, Sendable {
    /// Whether emergencies are silenced too.
    public var emergencies: Bool
    public var reason: String?

    public init(emergencies: Bool = false, reason: String? = nil) {
        self.emergencies = emergencies
        self.reason = reason
    }
}
