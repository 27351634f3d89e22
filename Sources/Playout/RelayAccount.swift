/// What became of the relays of a voice, up to where it was heard.
public struct RelayAccount: Sendable, Hashable {
    /// Seconds of the streams themselves.
    public var live = 0.0
    /// Seconds of the fallback.
    public var fallback = 0.0
    /// Seconds of neither: the stream was away or silent, and the fallback not yet there.
    public var silence = 0.0
    /// How often it was tried to connect again, after the first time.
    public var reconnects = 0
    /// Seconds of the streams that were left out (positive) or repeated, since the two clocks differ.
    public var drift = 0.0
    /// Why a connection was last lost or refused, or why the fallback could not be played. For people.
    public var lastError: String?

    /// Nothing yet.
    public init() {}

    static func += (sum: inout RelayAccount, more: RelayAccount) {
        sum.live += more.live
        sum.fallback += more.fallback
        sum.silence += more.silence
        sum.reconnects += more.reconnects
        sum.drift += more.drift
        sum.lastError = more.lastError ?? sum.lastError
    }
}
