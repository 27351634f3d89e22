public import Broadcasting
import ControllerAPI
import Glibc

/// What is done once, or by hand, while no controller runs.
extension Controller {
    /// What an operator must know after the state was made.
    public struct Setup: Sendable {
        /// The first token; told only here.
        public let token: String
        /// The key that nodes must trust, in base64url.
        public let publicKey: String
    }

    /// Makes the state folder: key pair, ledger, first token and configuration file, readable by their owner alone.
    ///
    /// - Parameter writesToken: whether the token is kept in `STATE/token`, too.
    /// - Throws: `ConfigurationError` where a controller's state is there already; nothing is overwritten.
    public static func initialise(
        _ state: StateFolder, writesToken: Bool, now: @escaping @Sendable () -> Timestamp = wallTime
    ) async throws -> Setup {
        try PrivateFile.makeFolder(state.path)
        for file in [state.key, state.ledger, state.configuration, state.token] where PrivateFile.exists(file) {
            throw ConfigurationError(
                text: "\(file) is there already: this folder belongs to a controller, and nothing of it is overwritten")
        }
        guard unsafe chmod(state.path, 0o700) == 0 else { throw FileError.last("change the mode of", state.path) }
        try PrivateFile.makeFolder(state.content)
        try PrivateFile.makeFolder(state.incoming)
        let signer = try SigningKeyFile.create(state.key)
        let ledger = try Ledger(path: state.ledger, signer: signer, now: now)
        let token = try await ledger.write { transaction in
            try transaction.begin()
            return try transaction.makeToken(name: "first")
        }
        try ledger.close()
        guard unsafe chmod(state.ledger, 0o600) == 0 else { throw FileError.last("change the mode of", state.ledger) }
        try PrivateFile.create(state.configuration, text: configurationText(password: Secret.makeHex(24)))
        if writesToken { try PrivateFile.create(state.token, text: token.token + "\n") }
        try PrivateFile.syncFolder(state.path)
        return Setup(token: token.token, publicKey: signer.publicKey.x)
    }

    /// Makes another token. May be done while the controller runs.
    public static func makeToken(name: String, state: StateFolder) async throws -> String {
        let ledger = try await openLedger(state, now: wallTime)
        return try await ledger.write { try $0.makeToken(name: name) }.token
    }

    /// Begins a new epoch after the state was restored from a backup, and signs every document anew.
    ///
    /// - Returns: the epoch.
    public static func beginEpoch(state: StateFolder, configuration: ControllerConfiguration) async throws -> Int64 {
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        let ledger = try await openLedger(state, now: wallTime)
        let common = Composer.Common(
            contentAddresses: configuration.contentAddresses, trustedKeys: [ledger.publicKey])
        return try await ledger.write { try $0.beginEpoch(defaults: common) }
    }

    /// The text of a new configuration file.
    static func configurationText(password: String) -> String {
        """
        # Settings of loa-controller. Each can be set by an environment variable instead: http.port by LOA_HTTP_PORT.

        http:
          # Where the interface listens. 0.0.0.0 for every address of this machine; put a web server with TLS before it.
          host: "127.0.0.1"
          port: 8080

        mqtt:
          # The broker, as this machine reaches it. `loa-controller broker-config` prints what the broker must know.
          host: "127.0.0.1"
          port: 1883
          user: "controller"
          password: "\(password)"
          # A PEM file with the authorities that vouch for the broker; with it, TLS is used.
          # authorities: "/etc/loa/broker-ca.pem"
          # 5, or 3.1.1 for a broker that knows nothing newer.
          version: "5"
          # The broker, as nodes reach it, where that differs.
          # nodeHost: "broker.example.vn"
          # nodePort: 8883

        content:
          # Addresses under which nodes fetch audio, tried in order; this controller's own where none is given.
          # addresses:
          #   - "http://192.0.2.10:8080/content"

        library:
          # The largest file that is taken, in megabytes.
          maximumMegabytes: 200

        nodes:
          # What a new node gets that asks for nothing else. In quiet hours only an emergency sounds; [""] for none.
          timeZone: "Asia/Ho_Chi_Minh"
          quietHours:
            - "21:00-05:00"

        """
    }
}
