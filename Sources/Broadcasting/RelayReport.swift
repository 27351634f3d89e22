/// What became of the relays of a cue: seconds of what was heard, and what the connections went through.
public struct RelayReport: Hashable, Codable, Sendable {
    /// Seconds of the streams themselves.
    public var live: Double
    /// Seconds of the fallback.
    public var fallback: Double
    /// Seconds of neither.
    public var silence: Double
    /// How often it was tried to connect again, after the first time.
    public var reconnects: Int
    /// Why a connection was last lost or refused. For people.
    public var error: String?

    public init(live: Double, fallback: Double, silence: Double, reconnects: Int, error: String? = nil) {
        self.live = live
        self.fallback = fallback
        self.silence = silence
        self.reconnects = reconnects
        self.error = error
    }
}
