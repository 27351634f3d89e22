public import Broadcasting

/// A node to be added. What is absent takes the controller's default.
public struct NodeRequest: Hashable, Codable, Sendable {
    public var id: NodeID
    public var title: String?
    /// Scopes that it obeys beside its own.
    public var scopes: [Scope]
    /// A name of the tz database.
    public var timeZone: String?
    public var volumes: NodeSettings.Volumes?
    public var quietHours: [NodeSettings.QuietHours]?
    /// Seconds that any one cue may sound at the most.
    public var maximumDuration: Double?
    public var limits: NodeLimits?
    public var selfTest: NodeChange.SelfTestChange?

    public init(id: NodeID, title: String? = nil, scopes: [Scope], timeZone: String? = nil) {
        self.id = id
        self.title = title
        self.scopes = scopes
        self.timeZone = timeZone
    }
}
