/// What happens on a client's connection, in order.
public enum MessagingEvent: Sendable, Hashable {
    /// The broker accepted the connection. With `sessionPresent` it still knew the client and what it had subscribed to.
    case connected(sessionPresent: Bool)
    /// An accepted connection ended, for the reason in plain words. The client tries again by itself.
    case disconnected(reason: String)
    /// An attempt to connect failed, for the reason in plain words. The client tries again by itself.
    case connectionFailed(reason: String)
    /// The broker confirmed these filters; what it retained for them follows or has begun to.
    case subscribed(filters: [String])
    /// The broker refused a filter, for example by its access list. Not tried again before the next connection.
    case subscriptionRefused(filter: String, reason: String)
    /// A message arrived.
    case message(Message)
}
