public import Broadcasting

/// What a node's own settings file must say so that it finds the broker and believes the controller.
///
/// The password is told once: the controller keeps a hash of it.
public struct NodeCredentials: Hashable, Codable, Sendable {
    public var node: NodeID
    public var mqtt: Broker
    /// The controller's public key; its `x` is what a settings file gives.
    public var trustedKey: PublicKey
    public var scopes: [Scope]
    public var timeZone: String
    public var contentAddresses: [String]

    /// Where the node finds the broker, and as whom.
    public struct Broker: Hashable, Codable, Sendable {
        public var host: String
        public var port: Int
        public var tls: Bool
        public var user: String
        public var password: String

        public init(host: String, port: Int, tls: Bool, user: String, password: String) {
            self.host = host
            self.port = port
            self.tls = tls
            self.user = user
            self.password = password
        }
    }

    public init(
        node: NodeID, mqtt: Broker, trustedKey: PublicKey, scopes: [Scope], timeZone: String,
        contentAddresses: [String]
    ) {
        self.node = node
        self.mqtt = mqtt
        self.trustedKey = trustedKey
        self.scopes = scopes
        self.timeZone = timeZone
        self.contentAddresses = contentAddresses
    }
}
