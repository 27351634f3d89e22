import Broadcasting

/// The newest broadcasts document of a scope.
struct ScopeDocument: Sendable {
    var body: BroadcastsDocument
    var issuedAt: Timestamp
}
