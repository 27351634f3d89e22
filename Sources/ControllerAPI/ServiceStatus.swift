public import Broadcasting

/// How the controller is.
public struct ServiceStatus: Hashable, Codable, Sendable {
    public var version: String
    public var startedAt: Timestamp
    /// The epoch of its documents' revisions: one more after each restoration from a backup.
    public var epoch: Int64
    /// The key that it signs with.
    public var publicKey: PublicKey
    /// Whether it is connected to the broker.
    public var brokerConnected: Bool
    /// Documents that the broker has not taken yet.
    public var unsent: Int
    /// Records that could not be read.
    public var unreadable: Int
    /// Nodes by state; states that no node has are absent. The keys are those of `NodeItem.State`.
    public var nodes: [String: Int]
    /// Bytes of the file system that holds its state.
    public var storage: Health.Storage
    /// What a person should look at; empty when all is well.
    public var warnings: [String]

    public init(
        version: String, startedAt: Timestamp, epoch: Int64, publicKey: PublicKey, brokerConnected: Bool, unsent: Int,
        unreadable: Int, nodes: [String: Int], storage: Health.Storage, warnings: [String]
    ) {
        self.version = version
        self.startedAt = startedAt
        self.epoch = epoch
        self.publicKey = publicKey
        self.brokerConnected = brokerConnected
        self.unsent = unsent
        self.unreadable = unreadable
        self.nodes = nodes
        self.storage = storage
        self.warnings = warnings
    }
}
