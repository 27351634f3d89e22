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
    /// True where some of the cue was heard of which nothing of this is known: the program died that played it.
    public var partial: Bool?

    public init(live: Double, fallback: Double, silence: Double, reconnects: Int, error: String? = nil) {
        self.live = live
        self.fallback = fallback
        self.silence = silence
        self.reconnects = reconnects
        self.error = error
    }

    /// Adds what became of them later in the cue.
    public mutating func add(_ later: RelayReport) {
        // In whole milliseconds, as they are written.
        func sum(_ first: Double, _ second: Double) -> Double { ((first + second) * 1_000).rounded() / 1_000 }
        live = sum(live, later.live)
        fallback = sum(fallback, later.fallback)
        silence = sum(silence, later.silence)
        reconnects += later.reconnects
        error = later.error ?? error
        partial = partial ?? later.partial
    }
}
