import Broadcasting
import ControllerAPI
import GRDB

/// Broadcasts, whom they are for, and what became of them.
extension LedgerTransaction {
    struct BroadcastRow: Sendable {
        var broadcast: Broadcast
        var scopes: [Scope]
        var createdAt: Timestamp
    }

    /// Writes a new broadcast and tells the nodes of its scopes.
    func insert(_ broadcast: Broadcast, scopes: [Scope], request: String, idempotencyKey: String?) throws {
        let id = broadcast.id.rawValue
        try database.execute(
            sql: """
                INSERT INTO broadcast (id, body, createdAt, overAt, idempotencyKey, request) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, try Self.json(broadcast), now.nanoseconds, Composer.overAt(broadcast).nanoseconds, idempotencyKey,
                request,
            ])
        for audio in Set(broadcast.content.map(\.sha256)) {
            try database.execute(
                sql: "INSERT INTO broadcastAudio (broadcast, sha256) VALUES (?, ?)", arguments: [id, audio.hex])
        }
        for scope in scopes {
            try database.execute(
                sql: "INSERT INTO broadcastScope (broadcast, scope) VALUES (?, ?)", arguments: [id, scope.description])
        }
        try database.execute(
            sql: """
                INSERT INTO target (broadcast, node) SELECT DISTINCT ?, node FROM nodeScope
                WHERE scope IN (SELECT scope FROM broadcastScope WHERE broadcast = ?)
                """, arguments: [id, id])
        for scope in scopes { try publishBroadcasts(of: scope) }
    }

    /// Writes a recall, and tells the nodes.
    func cancel(_ row: BroadcastRow, reason: String) throws -> BroadcastRow {
        var row = row
        row.broadcast.cancelled = Broadcast.Cancellation(at: now, reason: reason)
        try database.execute(
            sql: "UPDATE broadcast SET body = ?, overAt = ?, retired = 0 WHERE id = ?",
            arguments: [
                try Self.json(row.broadcast), Composer.overAt(row.broadcast).nanoseconds, row.broadcast.id.rawValue,
            ])
        for scope in row.scopes { try publishBroadcasts(of: scope) }
        return row
    }

    func broadcast(_ id: BroadcastID) throws -> BroadcastRow? {
        try Row.fetchOne(database, sql: "SELECT * FROM broadcast WHERE id = ?", arguments: [id.rawValue])
            .map(broadcast)
    }

    /// The broadcast that came with this key, and the request that it came with.
    func broadcast(idempotencyKey: String) throws -> (row: BroadcastRow, request: String)? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM broadcast WHERE idempotencyKey = ?", arguments: [idempotencyKey]
        ).map { (row: try broadcast($0), request: $0["request"]) }
    }

    /// The newest broadcasts, newest first.
    func broadcasts(limit: Int) throws -> [BroadcastRow] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM broadcast ORDER BY createdAt DESC, id LIMIT ?", arguments: [limit]
        ).map(broadcast)
    }

    private func broadcast(_ row: Row) throws -> BroadcastRow {
        let scopes = try String.fetchAll(
            database, sql: "SELECT scope FROM broadcastScope WHERE broadcast = ? ORDER BY scope",
            arguments: [row["id"] as String])
        return BroadcastRow(
            broadcast: try Self.value(Broadcast.self, row["body"]), scopes: scopes.compactMap { Scope($0) },
            createdAt: Timestamp(nanoseconds: row["createdAt"]))
    }

    /// The nodes that a broadcast is for: those that obeyed its scopes while it was in force.
    func targets(of id: BroadcastID) throws -> [NodeID] {
        try String.fetchAll(
            database, sql: "SELECT node FROM target WHERE broadcast = ? ORDER BY node", arguments: [id.rawValue]
        ).map { NodeID(unchecked: $0) }
    }

    /// What nodes told of a broadcast's occurrences.
    func playbacks(of id: BroadcastID) throws -> [Playback] {
        try String.fetchAll(
            database, sql: "SELECT body FROM playback WHERE broadcast = ? ORDER BY occurrence, node",
            arguments: [id.rawValue]
        ).map { try Self.value(Playback.self, $0) }
    }

    /// Takes broadcasts that were over a day ago out of their documents.
    ///
    /// - Returns: how many.
    func retire() throws -> Int {
        let limit = now.advanced(bySeconds: -Composer.afterlife).nanoseconds
        let ids = try String.fetchAll(
            database, sql: "SELECT id FROM broadcast WHERE retired = 0 AND overAt <= ?", arguments: [limit])
        var scopes: Set<String> = []
        for id in ids {
            try database.execute(sql: "UPDATE broadcast SET retired = 1 WHERE id = ?", arguments: [id])
            scopes.formUnion(
                try String.fetchAll(
                    database, sql: "SELECT scope FROM broadcastScope WHERE broadcast = ?", arguments: [id]))
        }
        for scope in scopes.sorted().compactMap({ Scope($0) }) { try publishBroadcasts(of: scope) }
        return ids.count
    }
}
