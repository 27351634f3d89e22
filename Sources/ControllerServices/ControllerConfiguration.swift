import Broadcasting
public import Configuration
import YAMLReading

/// What the operator sets: addresses, the broker, limits and defaults.
///
/// Read from a YAML file, and from environment variables named as the key with `LOA_` before it: `http.port` is `LOA_HTTP_PORT`.
public struct ControllerConfiguration: Sendable {
    public var http = HTTP()
    public var mqtt = MQTT()
    public var content = Content()
    public var library = Library()
    public var nodes = Nodes()

    /// Where the HTTP interface listens.
    public struct HTTP: Sendable {
        public var host = "127.0.0.1"
        public var port = 8080
    }

    /// The broker, as the controller reaches it, and as nodes are told to.
    public struct MQTT: Sendable {
        public var host = "127.0.0.1"
        public var port = 1883
        public var user = "controller"
        public var password: String?
        /// The PEM file of the authorities that vouch for the broker; TLS is used where it is set.
        public var authorities: String?
        /// 5, or 3.1.1 for brokers that know nothing newer.
        public var version = "5"
        /// What nodes are told; the controller's own where not set.
        public var nodeHost: String?
        public var nodePort: Int?
    }

    public struct Content: Sendable {
        /// Addresses under which nodes fetch `<sha256>.mp3`, tried in order.
        public var addresses: [String] = []
    }

    public struct Library: Sendable {
        /// The largest file that is taken, in megabytes of 1,000,000 bytes.
        public var maximumMegabytes = 200

        public var maximumBytes: Int64 { Int64(maximumMegabytes) * 1_000_000 }
    }

    /// What a node gets that asks for nothing else.
    public struct Nodes: Sendable {
        public var timeZone = "Asia/Ho_Chi_Minh"
        /// `HH:mm-HH:mm`, local times in which only an emergency sounds.
        public var quietHours = ["\(NodeSettings.QuietHours.usual.from)-\(NodeSettings.QuietHours.usual.to)"]
    }

    /// The defaults.
    public init() {}

    /// Reads the YAML file at `path` and, above it, `environment`.
    ///
    /// - Throws: `ConfigurationError` in plain words.
    public init(path: String, environment: [String: String]) async throws {
        guard PrivateFile.exists(path) else {
            throw ConfigurationError(text: "\(path) is missing: run loa-controller init, or name another with --config")
        }
        let file: FileProvider<YAMLSettingsFile>
        do {
            file = try await FileProvider<YAMLSettingsFile>(
                config: ConfigReader(provider: InMemoryProvider(values: ["filePath": ConfigValue(stringLiteral: path)]))
            )
        } catch {
            throw ConfigurationError(text: "\(path) cannot be read: \(error)")
        }
        let variables = EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "loa")
        try self.init(ConfigReader(providers: [variables, file]))
    }

    /// Takes what `reader` has; the rest keeps its default.
    ///
    /// - Throws: `ConfigurationError` for a value that is not allowed.
    public init(_ reader: ConfigReader) throws {
        http.host = reader.string(forKey: "http.host", default: http.host)
        http.port = reader.int(forKey: "http.port", default: http.port)
        mqtt.host = reader.string(forKey: "mqtt.host", default: mqtt.host)
        mqtt.port = reader.int(forKey: "mqtt.port", default: mqtt.port)
        mqtt.user = reader.string(forKey: "mqtt.user", default: mqtt.user)
        mqtt.password = reader.string(forKey: "mqtt.password", isSecret: true).flatMap { $0.isEmpty ? nil : $0 }
        mqtt.authorities = reader.string(forKey: "mqtt.authorities").flatMap { $0.isEmpty ? nil : $0 }
        mqtt.version =
            reader.string(forKey: "mqtt.version") ?? reader.double(forKey: "mqtt.version").map { "\(Int($0))" }
            ?? mqtt.version
        mqtt.nodeHost = reader.string(forKey: "mqtt.nodeHost").flatMap { $0.isEmpty ? nil : $0 }
        mqtt.nodePort = reader.int(forKey: "mqtt.nodePort")
        content.addresses = reader.stringArray(forKey: "content.addresses", default: content.addresses)
            .filter { !$0.isEmpty }
        library.maximumMegabytes = reader.int(forKey: "library.maximumMegabytes", default: library.maximumMegabytes)
        nodes.timeZone = reader.string(forKey: "nodes.timeZone", default: nodes.timeZone)
        nodes.quietHours = reader.stringArray(forKey: "nodes.quietHours", default: nodes.quietHours)
            .filter { !$0.isEmpty }
        try validate()
    }

    private func validate() throws {
        func check(_ holds: Bool, _ text: String) throws {
            if !holds { throw ConfigurationError(text: text) }
        }
        try check((0...65_535).contains(http.port), "http.port is 0 to 65535, not \(http.port)")
        try check((1...65_535).contains(mqtt.port), "mqtt.port is 1 to 65535, not \(mqtt.port)")
        try check((1...65_535).contains(nodePort), "mqtt.nodePort is 1 to 65535, not \(nodePort)")
        try check(["5", "3.1.1"].contains(mqtt.version), "mqtt.version is 5 or 3.1.1, not \(mqtt.version)")
        try check((1...512).contains(library.maximumMegabytes), "library.maximumMegabytes is 1 to 512")
        for address in content.addresses {
            try check(
                address.hasPrefix("http://") || address.hasPrefix("https://"),
                "content.addresses: \(address) does not begin with http:// or https://")
        }
        for hours in nodes.quietHours {
            try check(QuietHoursText.read(hours) != nil, "nodes.quietHours: \(hours) is not HH:mm-HH:mm")
        }
    }

    /// The addresses that nodes fetch content from: those that are set, or that of the HTTP interface.
    public var contentAddresses: [String] {
        content.addresses.isEmpty
            ? ["http://\(http.host == "0.0.0.0" ? "127.0.0.1" : http.host):\(http.port)/content"]
            : content.addresses.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    var nodeHost: String { mqtt.nodeHost ?? mqtt.host }
    var nodePort: Int { mqtt.nodePort ?? mqtt.port }
}
