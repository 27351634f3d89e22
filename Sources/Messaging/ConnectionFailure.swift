import CMosquitto
import Glibc

/// Why a connection could not be made or ended: what happened, and what a technician can do about it.
struct ConnectionFailure: Error, Hashable, CustomStringConvertible {
    /// What happened, in plain words.
    let reason: String
    /// What to look at.
    let advice: String

    var description: String { "\(reason); \(advice)" }

    /// The name of the broker has no address.
    static func unresolved(_ host: String, code: CInt) -> ConnectionFailure {
        ConnectionFailure(
            reason: "the broker's name \(host) cannot be resolved (\(unsafe String(cString: gai_strerror(code))))",
            advice: "check the name in the settings, and this machine's network and DNS")
    }

    /// The network did not lead to the broker.
    static func unreachable(_ broker: String, number: CInt) -> ConnectionFailure {
        let words = unsafe String(cString: strerror(number))
        return switch number {
        case ECONNREFUSED:
            ConnectionFailure(
                reason: "nothing listens at \(broker) (\(words))",
                advice: "check that the broker runs, and its address and port in the settings")
        case ETIMEDOUT:
            ConnectionFailure(
                reason: "no answer from \(broker) (\(words))",
                advice: "check cables, modem, firewall and the broker's address")
        default:
            ConnectionFailure(
                reason: "no connection to \(broker) (\(words))", advice: "check this machine's network and the broker")
        }
    }

    /// Somebody answers the connection, but does not say MQTT's welcome in time.
    static func unwelcomed(_ broker: String) -> ConnectionFailure {
        ConnectionFailure(
            reason: "\(broker) takes the connection but does not answer",
            advice: "check that this is an MQTT port, and whether it expects TLS")
    }

    /// The connection closed before the broker had answered.
    static func closedEarly(_ broker: String, usesTLS: Bool) -> ConnectionFailure {
        ConnectionFailure(
            reason: "\(broker) closes the connection without an answer",
            advice: usesTLS
                ? "check that this port expects TLS, and that the broker accepts the client's certificate"
                : "check whether this port expects TLS, and the broker's log")
    }

    /// TLS failed, for the reason in OpenSSL's words.
    static func insecure(_ words: String) -> ConnectionFailure {
        ConnectionFailure(
            reason: "no secure connection to the broker (\(words))",
            advice:
                "check the certificate files in the settings, the broker's name against its certificate, and the clock")
    }

    /// The broker said no.
    static func refused(code: Int, version: MessagingConfiguration.Version, clientID: String) -> ConnectionFailure {
        let words = unsafe String(
            cString: version == .v5 ? mosquitto_reason_string(CInt(code)) : mosquitto_connack_string(CInt(code)))
        let reason = "the broker refuses the connection: \(words) (\(code))"
        let advice =
            switch (version, code) {
            case (.v311, 4), (.v311, 5), (.v5, 134), (.v5, 135), (.v5, 138), (.v5, 140):
                "check user name and password in the settings, and the broker's password file and access list"
            case (.v311, 2), (.v5, 133): "choose another client identifier than \(clientID)"
            case (.v311, 1), (.v5, 132), (.v5, 1): "the broker does not speak this version of MQTT: set 3.1.1"
            default: "see the broker's log"
            }
        return ConnectionFailure(reason: reason, advice: advice)
    }

    /// The broker, or silence, ended an accepted connection.
    static func lost(code: CInt, clientID: String) -> ConnectionFailure {
        if code >= 128 {
            let words = unsafe String(cString: mosquitto_reason_string(code))
            return ConnectionFailure(
                reason: "the broker ends the connection: \(words) (\(code))",
                advice: code == 142 ? "another client uses the identifier \(clientID)" : "see the broker's log")
        }
        if code == MOSQ_ERR_KEEPALIVE.rawValue { return silent }
        // mosquitto before 2.0.15 does not say that a second client has taken the session.
        return ConnectionFailure(
            reason: "the connection to the broker is lost",
            advice: "if this repeats, check the network, and whether another client uses the identifier \(clientID)")
    }

    /// The broker answers nothing any more.
    static let silent = ConnectionFailure(
        reason: "the broker has fallen silent", advice: "check the network between here and the broker")

    /// The broker sends a packet that would take too much memory.
    static func tooLarge(limit: Int) -> ConnectionFailure {
        ConnectionFailure(
            reason: "the broker sends a packet of more than \(limit) bytes",
            advice: "check who publishes such large messages, and the broker's limit on their size")
    }

    /// The broker sends messages that the library keeps for as long as the broker likes.
    static let unaskedQuality = ConnectionFailure(
        reason: "the broker sends messages of QoS 2, which were not asked for",
        advice: "check that this is the broker you mean, and what it runs")

    /// The library does not accept what the settings say.
    static func settings(_ step: String, status: CInt) -> ConnectionFailure {
        ConnectionFailure(
            reason: "\(step): \(unsafe String(cString: mosquitto_strerror(status)))",
            advice: "check the messaging section of the settings")
    }
}
