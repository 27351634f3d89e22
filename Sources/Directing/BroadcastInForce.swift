import Broadcasting

/// A broadcast that the node obeys, with the date of the document that says so.
struct BroadcastInForce: Sendable {
    var broadcast: Broadcast
    var issuedAt: Timestamp
}
