/// Which broker to talk to, as whom, and how.
public struct MessagingConfiguration: Sendable, Hashable, CustomStringConvertible {
    /// The version of MQTT to speak.
    public enum Version: Sendable, Hashable {
        /// MQTT 5: reasons in words, session expiry, message expiry.
        case v5
        /// MQTT 3.1.1, for brokers that know nothing newer. A refused publish looks like an accepted one.
        case v311
    }

    /// Encryption, and who vouches for whom.
    public struct TLS: Sendable, Hashable {
        /// Path of the PEM file with the authorities that vouch for the broker.
        public var authorities: String
        /// Path of the PEM file with this client's certificate, if the broker asks for one.
        public var certificate: String?
        /// Path of the PEM file with the certificate's key.
        public var key: String?

        /// Trusts `authorities`, and shows `certificate` where asked.
        public init(authorities: String, certificate: String? = nil, key: String? = nil) {
            self.authorities = authorities
            self.certificate = certificate
            self.key = key
        }
    }

    /// The broker's name or address. With TLS it must be the name in the broker's certificate.
    public var host: String
    /// Usually 1883, or 8883 with TLS.
    public var port: UInt16
    /// Unique at the broker: a second client of the same name throws out the first.
    public var clientID: String
    public var username: String?
    /// Never part of a description or a log line.
    public var password: String?
    public var version = Version.v5
    /// Seconds of silence after which the connection is tested, at least 10. A dead broker is noticed within 1.5 times as long.
    public var keepAlive: UInt16 = 30
    /// True: the broker forgets what it knew of this client. False: it keeps subscriptions and undelivered messages.
    public var cleanStart = true
    /// Seconds for which the broker keeps the session of an absent client. Only MQTT 5; a 3.1.1 broker decides by itself.
    public var sessionExpiry: UInt32 = 0
    /// What the broker shall publish when this client is lost.
    public var will: Message?
    public var tls: TLS?
    /// How many QoS 1 messages may be under way unacknowledged, in each direction.
    public var maximumInflight: UInt16 = 20
    /// How many publishes may be unacknowledged or waiting, before further ones are refused as `.tooBusy`.
    public var maximumPending = 256
    /// Bytes. Larger messages are neither sent nor handed over; an MQTT 5 broker is told.
    public var maximumPayload = 1 << 20
    /// How many events wait for the program, before the client stops reading from the network.
    public var maximumEvents = 256
    /// How long the network and the broker may take to accept the connection.
    public var connectTimeout = Duration.seconds(15)
    /// How long `publish` waits for the broker's acknowledgement.
    public var publishTimeout = Duration.seconds(15)
    /// The shortest wait before a new attempt to connect; the next are longer, see `RandomBackoff`.
    public var minimumReconnectDelay = Duration.seconds(1)
    /// The longest wait before a new attempt to connect.
    public var maximumReconnectDelay = Duration.seconds(60)

    /// A client `clientID` of the broker at `host`, with the defaults above.
    public init(host: String, port: UInt16 = 1883, clientID: String) {
        self.host = host
        self.port = port
        self.clientID = clientID
    }

    /// Names broker and client, never the password.
    public var description: String {
        let user = username.map { "\($0)@" } ?? ""
        let scheme = tls == nil ? "mqtt" : "mqtts"
        return "\(scheme)://\(user)\(host):\(port) as \(clientID), MQTT \(version == .v5 ? "5" : "3.1.1")"
    }
}

extension MessagingConfiguration: CustomReflectable {
    /// Hides the password from `dump` and from string interpolation of anything that contains this.
    public var customMirror: Mirror {
        Mirror(self, children: ["broker": description])
    }
}
