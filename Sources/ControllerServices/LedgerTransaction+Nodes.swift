import Broadcasting
import ControllerAPI
import GRDB

/// Nodes, what they were told of themselves, and what was heard of them.
extension LedgerTransaction {
    struct NodeRow: Sendable {
        var id: NodeID
        var settings: NodeSettings
        var addedAt: Timestamp
    }

    /// What was heard of a node.
    struct Heard: Sendable, Hashable {
        var lastHeard: Timestamp?
        var presence: Presence?
        /// The controller's time at which `presence` came.
        var presenceAt: Timestamp?
        var health: Health?

        init() {}
    }

    func node(_ id: NodeID) throws -> NodeRow? {
        try Row.fetchOne(database, sql: "SELECT * FROM node WHERE id = ?", arguments: [id.rawValue]).map(Self.node)
    }

    func hasNode(_ id: NodeID) throws -> Bool {
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM node WHERE id = ?)", arguments: [id.rawValue])
            ?? false
    }

    func nodes() throws -> [NodeRow] {
        try Row.fetchAll(database, sql: "SELECT * FROM node ORDER BY id").map(Self.node)
    }

    private static func node(_ row: Row) throws -> NodeRow {
        NodeRow(
            id: NodeID(unchecked: row["id"]), settings: try value(NodeSettings.self, row["settings"]),
            addedAt: Timestamp(nanoseconds: row["addedAt"]))
    }

    /// Writes a node, new or changed, and tells it its settings. Broadcasts in force in its scopes become its own.
    func put(_ id: NodeID, _ settings: NodeSettings, passwordHash: String?, defaults: Composer.Common) throws {
        let text = try Self.json(settings)
        if let passwordHash {
            try database.execute(
                sql: """
                    INSERT INTO node (id, settings, passwordHash, addedAt) VALUES (?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, passwordHash = excluded.passwordHash
                    """, arguments: [id.rawValue, text, passwordHash, now.nanoseconds])
        } else {
            try database.execute(
                sql: "UPDATE node SET settings = ? WHERE id = ?", arguments: [text, id.rawValue])
        }
        try database.execute(sql: "DELETE FROM nodeScope WHERE node = ?", arguments: [id.rawValue])
        let scopes = Set(settings.scopes).union([.node(id)])
        for scope in scopes.sorted() {
            try database.execute(
                sql: "INSERT INTO nodeScope (node, scope) VALUES (?, ?)", arguments: [id.rawValue, scope.description])
            try publishBroadcasts(of: scope)
        }
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO target (broadcast, node)
                SELECT DISTINCT b.id, n.node FROM broadcast b JOIN broadcastScope s ON s.broadcast = b.id
                JOIN nodeScope n ON n.scope = s.scope WHERE n.node = ? AND b.overAt > ?
                """, arguments: [id.rawValue, now.nanoseconds])
        try publishSettings(of: id, settings, defaults: defaults)
    }

    /// User names and password hashes for the broker's password file.
    func brokerUsers() throws -> [(user: String, hash: String)] {
        try Row.fetchAll(database, sql: "SELECT id, passwordHash FROM node ORDER BY id")
            .map { (user: $0["id"], hash: $0["passwordHash"]) }
    }

    // MARK: - What was heard

    func heard(_ id: NodeID) throws -> Heard {
        try Row.fetchOne(database, sql: "SELECT * FROM heard WHERE node = ?", arguments: [id.rawValue])
            .map(Self.heard) ?? Heard()
    }

    func heardOfAll() throws -> [NodeID: Heard] {
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM heard")
        return Dictionary(uniqueKeysWithValues: try rows.map { (NodeID(unchecked: $0["node"]), try Self.heard($0)) })
    }

    private static func heard(_ row: Row) throws -> Heard {
        var heard = Heard()
        heard.lastHeard = time(row["lastHeard"])
        heard.presence = try (row["presence"] as String?).map { try value(Presence.self, $0) }
        heard.presenceAt = time(row["presenceAt"])
        heard.health = try (row["health"] as String?).map { try value(Health.self, $0) }
        return heard
    }

    func put(_ heard: Heard, of id: NodeID) throws {
        try database.execute(
            sql: """
                INSERT INTO heard (node, lastHeard, presence, presenceAt, health) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (node) DO UPDATE SET lastHeard = excluded.lastHeard, presence = excluded.presence,
                    presenceAt = excluded.presenceAt, health = excluded.health
                """,
            arguments: [
                id.rawValue, heard.lastHeard?.nanoseconds, try heard.presence.map(Self.json),
                heard.presenceAt?.nanoseconds, try heard.health.map(Self.json),
            ])
    }

    // MARK: - Halts

    func halt(of scope: Scope) throws -> Halt? {
        try String.fetchOne(database, sql: "SELECT body FROM halt WHERE scope = ?", arguments: [scope.description])
            .map { try Self.value(Halt.self, $0) }
    }

    func halts() throws -> [HaltItem] {
        try Row.fetchAll(database, sql: "SELECT scope, body FROM halt ORDER BY scope").compactMap { row in
            guard let scope = Scope(row["scope"]) else { return nil }
            return HaltItem(scope: scope, halt: try Self.value(Halt.self, row["body"]))
        }
    }

    /// Halts a scope, or lifts its halt with nil, and tells its nodes.
    func put(_ halt: Halt?, of scope: Scope) throws {
        if let halt {
            try database.execute(
                sql: "INSERT OR REPLACE INTO halt (scope, body) VALUES (?, ?)",
                arguments: [scope.description, try Self.json(halt)])
        } else {
            try database.execute(sql: "DELETE FROM halt WHERE scope = ?", arguments: [scope.description])
        }
        try publishBroadcasts(of: scope)
    }

    /// How many nodes obey each of `scopes`.
    func nodeCount(of scope: Scope) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM nodeScope WHERE scope = ?", arguments: [scope.description]) ?? 0
    }
}
