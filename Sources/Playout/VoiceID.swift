/// Names one voice for as long as the player knows it. The caller draws the numbers, and uses each only once.
public struct VoiceID: Hashable, Sendable, CustomStringConvertible {
    /// The number.
    public let rawValue: UInt64

    /// Wraps a number that no other voice of this player ever had.
    public init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    public var description: String { "\(rawValue)" }
}
