/// What can be addressed: one node, a hamlet, a commune, a province, or a group. Written `commune.cam-giang`.
///
/// A node obeys its own scope and those that its settings list, so that a commune's emergency is one publish.
public struct Scope: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    /// What sort of area a scope is.
    public enum Kind: String, Sendable, CaseIterable {
        case node, hamlet, commune, province, group
    }

    public let kind: Kind
    public let id: String

    /// Reads `kind.id`; nil unless the kind is known and the id is well-formed (see `Identifier`).
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])), isIdentifier(String(parts[1])) else {
            return nil
        }
        self.kind = kind
        self.id = String(parts[1])
    }

    /// The scope that addresses `node` alone.
    public static func node(_ node: NodeID) -> Scope { Scope(kind: .node, id: node.rawValue) }

    private init(kind: Kind, id: String) {
        self.kind = kind
        self.id = id
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let scope = Scope(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a scope is node|hamlet|commune|province|group, a dot and a name")
        }
        self = scope
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public static func < (left: Scope, right: Scope) -> Bool { left.description < right.description }

    public var description: String { "\(kind.rawValue).\(id)" }
}
