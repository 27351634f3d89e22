/// Names one journal of a node. A node whose disk was replaced starts a new one, so that its sequence may start again.
public struct JournalID: Identifier {
    public let rawValue: String

    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
