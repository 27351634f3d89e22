public import Broadcasting

/// New settings of a node; what is absent stays.
public struct NodeChange: Hashable, Codable, Sendable {
    public var title: String?
    public var scopes: [Scope]?
    public var timeZone: String?
    public var volumes: NodeSettings.Volumes?
    public var quietHours: [NodeSettings.QuietHours]?
    public var maximumDuration: Double?
    public var limits: NodeLimits?
    public var selfTest: SelfTestChange?

    /// Another daily self-test, or, without a time, none any more.
    public struct SelfTestChange: Hashable, Codable, Sendable {
        /// Local time of day, `HH:mm`.
        public var at: String?
        /// The crest of its sweep in dBFS.
        public var level: Double?

        public init(at: String?, level: Double? = nil) {
            self.at = at
            self.level = level
        }
    }

    public init() {}
}
