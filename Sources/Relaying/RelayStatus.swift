/// How a stream does, at one moment.
public struct RelayStatus: Sendable, Hashable {
    /// Whether sound came since the connection was last made.
    public var isReceiving = false
    /// How often it was tried to connect again after the first time.
    public var reconnects = 0
    /// Why the connection was last lost or refused.
    public var lastError: String?
    /// What the station says that it broadcasts.
    public var title: String?

    /// What keeps the stream from being heard, or did when that last happened; nil when nothing did.
    public var trouble: String? { lastError ?? (isReceiving ? nil : "the server has not answered yet") }

    init() {}
}
