/// What is published on a topic, or was received from it.
public struct Message: Sendable, Hashable {
    /// Where it goes, for example `loa/v1/nodes/n1/journal`; without wildcards.
    public var topic: String
    /// The content. Empty and retained: the broker forgets what it retained for the topic.
    public var payload: [UInt8]
    public var qos: QualityOfService
    /// Outgoing: the broker shall keep it for those who subscribe later. Incoming: it was kept, and is not news.
    public var retain: Bool
    /// The media type of the content. Only MQTT 5 carries it.
    public var contentType: String?
    /// Seconds after which the broker no longer delivers it. Only MQTT 5 carries it; on 3.1.1 it never expires.
    public var expiry: UInt32?

    /// Makes a message.
    public init(
        topic: String, payload: [UInt8], qos: QualityOfService = .atLeastOnce, retain: Bool = false,
        contentType: String? = nil, expiry: UInt32? = nil
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.contentType = contentType
        self.expiry = expiry
    }
}
