import CMosquitto
import Glibc

/// One connection to a broker, from the first attempt to its end; the next is another `BrokerConnection`.
///
/// Owns one `struct mosquitto` and is used on one thread. A fresh handle for each connection keeps nothing of the last: unacknowledged
/// messages are their sender's, who was told.
@safe
struct BrokerConnection: ~Copyable {
    /// What the library tells; look after each call.
    let report: ConnectionReport
    private let handle: OpaquePointer
    private let configuration: MessagingConfiguration

    /// Makes the library's handle; opens no connection yet.
    init(_ configuration: MessagingConfiguration) throws(ConnectionFailure) {
        _ = Self.library
        let report = ConnectionReport(maximumPayload: configuration.maximumPayload)
        let context = unsafe Unmanaged.passUnretained(report).toOpaque()
        guard
            let handle = unsafe mosquitto_new(configuration.clientID, configuration.cleanStart, context)
        else {
            throw .settings("client identifier \(configuration.clientID.debugDescription)", status: CInt(errno))
        }
        self.report = report
        self.configuration = configuration
        unsafe self.handle = handle
        unsafe Self.setCallbacks(handle)
    }

    deinit {
        unsafe mosquitto_destroy(handle)
    }

    private static let library: CInt = mosquitto_lib_init()

    private func setOptions() throws(ConnectionFailure) {
        let version = configuration.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
        try check("version") { unsafe mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version) }
        try check("no delay") { unsafe mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1) }
        let inflight = CInt(max(configuration.maximumInflight, 1))
        try check("inflight") { unsafe mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, inflight) }
        try check("inflight") { unsafe mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, inflight) }
        if let username = configuration.username {
            try check("user name") { unsafe mosquitto_username_pw_set(handle, username, configuration.password) }
        }
        if let tls = configuration.tls {
            try check("certificate files \([tls.authorities, tls.certificate, tls.key].compactMap(\.self))") {
                unsafe mosquitto_tls_set(handle, tls.authorities, nil, tls.certificate, tls.key, nil)
            }
        }
        if let will = configuration.will {
            var properties = try unsafe Self.properties(of: will, version: configuration.version)
            let status = unsafe mosquitto_will_set_v5(
                handle, will.topic, CInt(will.payload.count), will.payload, CInt(will.qos.rawValue), will.retain,
                properties)
            if status != MOSQ_ERR_SUCCESS.rawValue {
                unsafe mosquitto_property_free_all(&properties)
                throw .settings("will", status: status)
            }
        }
    }

    private func check(_ step: String, _ call: () -> CInt) throws(ConnectionFailure) {
        let status = call()
        guard status == MOSQ_ERR_SUCCESS.rawValue else { throw .settings(step, status: status) }
    }

    /// The properties that MQTT 5 carries with a message; nil when there are none.
    private static func properties(
        of message: Message, version: MessagingConfiguration.Version
    ) throws(ConnectionFailure) -> OpaquePointer? {
        guard version == .v5 else { return nil }
        var list: OpaquePointer?
        if let contentType = message.contentType {
            let status = unsafe mosquitto_property_add_string(
                &list, CInt(MQTT_PROP_CONTENT_TYPE.rawValue), contentType)
            guard status == 0 else { throw .settings("content type", status: status) }
        }
        if let expiry = message.expiry {
            unsafe mosquitto_property_add_int32(&list, CInt(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.rawValue), expiry)
        }
        return unsafe list
    }

    // MARK: - Opening and closing

    /// Begins to connect, and does not wait for the network, only for the resolver of names.
    ///
    /// - Parameter family: an address of this machine that restricts the attempt to IPv4 ("0.0.0.0") or IPv6 ("::"), or nil for the
    ///   system's preference.
    func open(family: String?) throws(ConnectionFailure) {
        try setOptions()
        if configuration.version == .v5 {
            var properties: OpaquePointer?
            unsafe mosquitto_property_add_int32(
                &properties, CInt(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), configuration.sessionExpiry)
            unsafe mosquitto_property_add_int32(
                &properties, CInt(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue),
                UInt32(clamping: configuration.maximumPayload + NetworkSession.packetOverhead))
            // Only the blocking connect takes properties. It keeps them, then refuses the port; the other one uses them.
            unsafe mosquitto_connect_bind_v5(
                handle, configuration.host, -1, CInt(configuration.keepAlive), nil, properties)
            unsafe mosquitto_property_free_all(&properties)
        }
        errno = 0
        let status = unsafe mosquitto_connect_bind_async(
            handle, configuration.host, CInt(configuration.port), CInt(configuration.keepAlive), family)
        let number = errno
        switch status {
        case MOSQ_ERR_SUCCESS.rawValue: return
        case MOSQ_ERR_EAI.rawValue: throw .unresolved(configuration.host, code: number)
        case MOSQ_ERR_ERRNO.rawValue, MOSQ_ERR_CONN_LOST.rawValue: throw .unreachable(broker, number: number)
        case MOSQ_ERR_TLS.rawValue: throw .insecure(report.complaint ?? "certificate files cannot be used")
        default: throw .settings("connect", status: status)
        }
    }

    /// The broker, for messages to people.
    var broker: String { "\(configuration.host):\(configuration.port)" }

    /// Says goodbye, so that the broker forgets the will. The library closes the socket once that is written.
    func disconnect() {
        unsafe mosquitto_disconnect_v5(handle, 0, nil)
    }

    // MARK: - The network

    /// The descriptor to poll; negative when the connection has ended.
    var socket: CInt { unsafe mosquitto_socket(handle) }

    /// Whether the library has something to write.
    var wantsWrite: Bool { unsafe mosquitto_want_write(handle) }

    /// Reads what has come. Returns the library's status.
    func read() -> CInt { unsafe mosquitto_loop_read(handle, 1) }

    /// Writes what is waiting. Returns the library's status.
    func write() -> CInt { unsafe mosquitto_loop_write(handle, 1) }

    /// Sends a ping when one is due. Returns the library's status.
    func keepAlive() -> CInt { unsafe mosquitto_loop_misc(handle) }

    // MARK: - Requests

    /// Hands a message to the library, and returns the identifier under which it will be acknowledged.
    func publish(_ message: Message) throws(MessagingError) -> CInt {
        var properties: OpaquePointer?
        do {
            unsafe properties = try Self.properties(of: message, version: configuration.version)
        } catch {
            throw .library(error.reason)
        }
        defer { unsafe mosquitto_property_free_all(&properties) }
        var identifier: CInt = 0
        let status = unsafe mosquitto_publish_v5(
            handle, &identifier, message.topic, CInt(message.payload.count), message.payload,
            CInt(message.qos.rawValue), message.retain, properties)
        switch status {
        case MOSQ_ERR_SUCCESS.rawValue: return identifier
        case MOSQ_ERR_OVERSIZE_PACKET.rawValue, MOSQ_ERR_PAYLOAD_SIZE.rawValue:
            throw .tooLarge(bytes: message.payload.count)
        case MOSQ_ERR_INVAL.rawValue, MOSQ_ERR_MALFORMED_UTF8.rawValue: throw .invalidTopic(message.topic)
        case MOSQ_ERR_NO_CONN.rawValue, MOSQ_ERR_CONN_LOST.rawValue, MOSQ_ERR_ERRNO.rawValue: throw .connectionLost
        default: throw .library(unsafe String(cString: mosquitto_strerror(status)))
        }
    }

    /// Asks for `filters`, and returns the identifier under which the broker will answer.
    func subscribe(_ filters: [String], qos: QualityOfService) throws(MessagingError) -> CInt {
        var identifier: CInt = 0
        let names = unsafe filters.map { unsafe strdup($0) }
        defer { for index in unsafe names.indices { unsafe free(names[index]) } }
        let status = unsafe mosquitto_subscribe_multiple(
            handle, &identifier, CInt(names.count), names, CInt(qos.rawValue), 0, nil)
        guard status == MOSQ_ERR_SUCCESS.rawValue else {
            throw .library(unsafe String(cString: mosquitto_strerror(status)))
        }
        return identifier
    }

    /// Gives up a filter.
    func unsubscribe(_ filter: String) {
        unsafe mosquitto_unsubscribe(handle, nil, filter)
    }
}
