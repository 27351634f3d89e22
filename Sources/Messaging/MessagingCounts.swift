/// What a client has done since it was made.
public struct MessagingCounts: Sendable, Hashable {
    /// Connections that the broker accepted.
    public internal(set) var connections = 0
    /// Messages handed to `events`.
    public internal(set) var received = 0
    /// Incoming messages that were dropped because they were too large or had no valid topic.
    public internal(set) var dropped = 0
    /// Messages that the broker acknowledged (QoS 0: that the kernel took).
    public internal(set) var published = 0
    /// Times at which the network thread came out of its wait.
    public internal(set) var wakeUps = 0

    /// Nothing yet.
    public init() {}
}
