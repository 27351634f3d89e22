/// What mosquitto must know so that each user can do what he must, and nothing else.
public struct BrokerFiles: Sendable {
    /// For `acl_file`.
    public let accessList: String
    /// For `password_file`.
    public let passwords: String
    /// Lines for mosquitto.conf that name the two, once they lie in `folder`.
    public let configuration: String

    /// Reads the users from the ledger in `state`. May be done while the controller runs.
    ///
    /// - Throws: `ConfigurationError` where the controller has no password of its own.
    public init(state: StateFolder, configuration: ControllerConfiguration, folder: String) async throws {
        guard let password = configuration.mqtt.password else {
            throw ConfigurationError(
                text: "mqtt.password is not set: the controller would have no password at the broker")
        }
        let ledger = try await Controller.openLedger(state, now: Controller.wallTime)
        let users = try await ledger.read { transaction in
            try transaction.brokerUsers().map { "\($0.user):\($0.hash)\n" }
        }
        let user = configuration.mqtt.user
        accessList = Self.accessList(controller: user)
        passwords = "\(user):\(Secret.mosquittoHash(of: password))\n" + users.joined()
        self.configuration = """
            allow_anonymous false
            acl_file \(folder)/loa.acl
            password_file \(folder)/loa.passwords

            """
    }

    /// The controller writes what it signs and reads what nodes tell; a node, whose user name is its id, reads what is said to it and
    /// writes of itself alone. Every document is signed, so that reading others' scopes gives nobody a voice.
    static func accessList(controller: String) -> String {
        """
        user \(controller)
        topic readwrite loa/v1/#

        pattern read loa/v1/nodes/%u/settings
        pattern read loa/v1/nodes/%u/receipt
        pattern read loa/v1/scopes/#
        pattern write loa/v1/nodes/%u/journal
        pattern write loa/v1/nodes/%u/presence
        pattern write loa/v1/nodes/%u/health

        """
    }

    /// Writes both files into `folder`, for the broker to read on SIGHUP.
    public func write(to folder: String) throws {
        try PrivateFile.replace("\(folder)/loa.acl", text: accessList)
        try PrivateFile.replace("\(folder)/loa.passwords", text: passwords)
    }
}
