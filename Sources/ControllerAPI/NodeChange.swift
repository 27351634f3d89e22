public import Broadcasting

/// New settings of a node; what is absent stays.
public struct NodeChange: Hashable, Codable, Sendable {
    public var title: String?
    public var scopes: [Scope]?
    public var timeZone: String?
    public var volumes: NodeSettings.Volumes?
    public var quietHours: [NodeSettings.QuietHours]?
    public var maximumDuration: Double?

    public init() {}
}
