/// Names one broadcast for ever, in every scope that it is published to.
public struct BroadcastID: Identifier {
    public let rawValue: String

    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
