public import Broadcasting
public import Configuration
import RuntimeSupport

/// What a node must know before it can hear its controller: who it is, its broker, its device, and whom it trusts.
public struct NodeConfiguration: Sendable {
    public var node: NodeID
    /// The folder of everything that the node keeps.
    public var state: String
    public var broker: Broker
    /// The ALSA name of the device.
    public var device: String
    /// The ALSA name of the microphone that hears the horn; nil when there is none.
    public var capture: String?
    /// Hz that the device is asked for, among `rates`.
    public var rate: Int
    public var channels: Int
    /// Seconds that the amplifier needs before the first sample.
    public var warmUp: Double
    /// What lies between the samples and the horn.
    public var output: Output
    /// The controller's keys. Without one a node obeys nobody.
    public var trustedKeys: [PublicKey]
    /// Addresses of audio that are tried before those of the settings document.
    public var contentAddresses: [String]
    /// PEM file of the authorities that `https` addresses are checked against; nil for the system's.
    public var contentAuthorities: String?
    /// PEM file of the authorities that relays over `https` are checked against; nil for the system's.
    public var relayAuthorities: String?
    /// Whether the clock is believed though neither the kernel nor a battery's clock vouches for it.
    public var trustsGivenClock: Bool
    /// The folder of the clocks with a battery.
    public var batteryClocks: String
    /// Bytes that audio may fill on the disk.
    public var contentQuota: Int64

    /// Hz that a device may be asked for.
    public static let rates = 8000...192_000

    /// Where the MQTT broker is, and how to speak with it.
    public struct Broker: Sendable {
        public var host: String
        public var port: Int
        public var username: String?
        public var password: String?
        /// Whether to speak MQTT 3.1.1 instead of 5.
        public var legacy: Bool
        /// PEM files: the authorities to check the broker against, and the node's own certificate and key.
        public var authorities: String?
        public var certificate: String?
        public var key: String?
        /// Seconds between two signs of life.
        public var keepAlive: Int
    }

    /// Reads the settings file's keys from `reader`.
    /// - Throws: `NodeConfigurationError` naming the key, what is wrong, and what to write.
    public init(from reader: ConfigReader) throws(NodeConfigurationError) {
        let name = try Self.required("node.id", in: reader, "the node's name, as in `loa nodes add NAME`")
        guard let node = NodeID(rawValue: name) else {
            throw NodeConfigurationError(
                key: "node.id", problem: "has 1–64 of A–Z a–z 0–9 - _, a letter or digit first")
        }
        self.node = node
        state = try Self.required("node.state", in: reader, "a folder that the node may write")
        broker = Broker(
            host: try Self.required("mqtt.host", in: reader, "the broker's name or address"),
            port: try Self.number("mqtt.port", in: reader, default: 1883),
            username: reader.string(forKey: "mqtt.username"),
            password: reader.string(forKey: "mqtt.password", isSecret: true),
            legacy: try Self.version(in: reader),
            authorities: reader.string(forKey: "mqtt.tls.ca"),
            certificate: reader.string(forKey: "mqtt.tls.certificate"), key: reader.string(forKey: "mqtt.tls.key"),
            keepAlive: try Self.number("mqtt.keepAlive", in: reader, default: 60))
        guard (1...65_535).contains(broker.port) else {
            throw NodeConfigurationError(key: "mqtt.port", problem: "lies between 1 and 65535")
        }
        guard (10...3600).contains(broker.keepAlive) else {
            throw NodeConfigurationError(key: "mqtt.keepAlive", problem: "lies between 10 and 3600 seconds")
        }
        device = reader.string(forKey: "device.name", default: "default")
        capture = reader.string(forKey: "device.capture").flatMap { $0.isEmpty ? nil : $0 }
        rate = try Self.number("device.rate", in: reader, default: 48_000)
        guard Self.rates.contains(rate) else {
            throw NodeConfigurationError(key: "device.rate", problem: "lies between 8000 and 192000 Hz")
        }
        channels = try Self.number("device.channels", in: reader, default: 2)
        guard (1...2).contains(channels) else {
            throw NodeConfigurationError(key: "device.channels", problem: "is 1 or 2")
        }
        let seconds = reader.string(forKey: "device.warmUp", default: "0")
        warmUp = Double(seconds) ?? .nan
        guard (0...10).contains(warmUp) else {
            throw NodeConfigurationError(key: "device.warmUp", problem: "lies between 0 and 10 seconds")
        }
        output = try Output(from: reader)
        trustedKeys = try Self.keys(in: reader)
        contentAddresses = reader.stringArray(forKey: "content.addresses", default: [])
        contentAuthorities = reader.string(forKey: "content.tls.ca")
        relayAuthorities = reader.string(forKey: "relay.tls.ca")
        trustsGivenClock = try Self.trust(in: reader)
        batteryClocks = reader.string(forKey: "clock.rtc", default: BatteryClocks.folder)
        let megabytes = try Self.number("content.quotaMegabytes", in: reader, default: 4096)
        contentQuota = Int64(megabytes) << 20
        guard (1...1 << 40).contains(megabytes) else {
            throw NodeConfigurationError(key: "content.quotaMegabytes", problem: "is above 0")
        }
    }

    private static func required(_ key: String, in reader: ConfigReader, _ what: String) throws(NodeConfigurationError)
        -> String
    {
        guard let value = reader.string(forKey: ConfigKey(key)), !value.isEmpty else {
            throw NodeConfigurationError(key: key, problem: "is missing: write \(what)")
        }
        return value
    }

    /// A value that is there and is no number must not count as missing.
    private static func number(_ key: String, in reader: ConfigReader, default value: Int)
        throws(NodeConfigurationError) -> Int
    {
        guard let text = reader.string(forKey: ConfigKey(key)) else { return value }
        guard let number = Int(text) else {
            throw NodeConfigurationError(key: key, problem: "is a whole number, and not \"\(text)\"")
        }
        return number
    }

    private static func version(in reader: ConfigReader) throws(NodeConfigurationError) -> Bool {
        switch reader.string(forKey: "mqtt.version", default: "5") {
        case "5": return false
        case "3.1.1": return true
        default: throw NodeConfigurationError(key: "mqtt.version", problem: "is \"5\" or \"3.1.1\"")
        }
    }

    private static func trust(in reader: ConfigReader) throws(NodeConfigurationError) -> Bool {
        switch reader.string(forKey: "clock.trust", default: "proven") {
        case "proven": return false
        case "given": return true
        default: throw NodeConfigurationError(key: "clock.trust", problem: "is \"proven\" or \"given\"")
        }
    }

    private static func keys(in reader: ConfigReader) throws(NodeConfigurationError) -> [PublicKey] {
        var keys: [PublicKey] = []
        for text in reader.stringArray(forKey: "trust.keys", default: []) {
            guard let key = PublicKey(base64URL: text) else {
                throw NodeConfigurationError(
                    key: "trust.keys", problem: "holds the controller's public keys, 43 characters of base64url each")
            }
            keys.append(key)
        }
        guard !keys.isEmpty else {
            throw NodeConfigurationError(
                key: "trust.keys", problem: "is missing: take the settings file that `loa nodes add` prints")
        }
        return keys
    }
}

/// A key of the settings file that is missing or wrong.
public struct NodeConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    public let key: String
    public let problem: String

    public var description: String { "\(key) \(problem)" }
}
