/// Why a message was not published, as far as the client knows. After any of these it may be published again without harm.
public enum MessagingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no connection now. Wait for `.connected`.
    case notConnected
    /// The connection broke before the acknowledgement: the broker may have the message or not.
    case connectionLost
    /// The broker did not acknowledge in time: it may have the message or not.
    case timedOut
    /// As many publishes are pending as the configuration allows. Send less at once.
    case tooBusy(limit: Int)
    /// The payload is larger than the configuration or the broker allows. Nothing can be done with this message.
    case tooLarge(bytes: Int)
    /// The topic is empty, too long, or has a wildcard or a zero in it.
    case invalidTopic(String)
    /// The broker said no, for the reason in its words, for example "Not authorized". Only MQTT 5 brokers say so.
    case refused(code: Int, reason: String)
    /// The library failed.
    case library(String)

    public var description: String {
        switch self {
        case .notConnected: "not connected to the broker"
        case .connectionLost: "the connection broke before the broker acknowledged"
        case .timedOut: "the broker did not acknowledge in time"
        case .tooBusy(let limit): "\(limit) messages are pending already"
        case .tooLarge(let bytes): "the message is too large (\(bytes) bytes)"
        case .invalidTopic(let topic): "not a topic to publish on: \(topic.debugDescription)"
        case .refused(let code, let reason): "the broker refused the message: \(reason) (\(code))"
        case .library(let words): "libmosquitto: \(words)"
        }
    }
}
