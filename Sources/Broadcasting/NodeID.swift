/// Names one node: the Linux box of one cụm loa. It stays with the box when communes merge.
public struct NodeID: Identifier {
    public let rawValue: String

    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
