public import Broadcasting

/// A token by which somebody uses the interface. The secret itself is told once, when it is made.
public struct TokenItem: Hashable, Codable, Sendable, Identifiable {
    public var id: String
    /// Whose it is, or what for.
    public var name: String
    public var createdAt: Timestamp
    public var lastUsed: Timestamp?

    public init(id: String, name: String, createdAt: Timestamp, lastUsed: Timestamp? = nil) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.lastUsed = lastUsed
    }
}

/// A token to be made.
public struct TokenRequest: Hashable, Codable, Sendable {
    public var name: String

    public init(name: String) { self.name = name }
}

/// A token just made.
public struct NewToken: Hashable, Codable, Sendable {
    public var item: TokenItem
    /// What goes into `Authorization: Bearer`.
    public var token: String

    public init(item: TokenItem, token: String) {
        self.item = item
        self.token = token
    }
}
