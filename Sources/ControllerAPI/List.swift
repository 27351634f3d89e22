/// The answer of a resource that lists: an object, so that it can grow.
public struct List<Item: Codable & Sendable>: Codable, Sendable {
    public var items: [Item]

    public init(_ items: [Item]) { self.items = items }
}

extension List: Equatable where Item: Equatable {}
