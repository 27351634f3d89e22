import Broadcasting
import ControllerAPI
import GRDB

/// Schedules of scopes with their history, and what became of their programmes.
extension LedgerTransaction {
    /// The schedule that `scope` has now; nil where it never had one.
    func schedule(of scope: Scope) throws -> ScheduleVersion? {
        try schedules(of: scope, limit: 1).first
    }

    /// The schedules that `scope` had, newest first.
    func schedules(of scope: Scope, limit: Int) throws -> [ScheduleVersion] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM schedule WHERE scope = ? ORDER BY version DESC LIMIT ?",
            arguments: [scope.description, limit]
        ).compactMap(Self.schedule)
    }

    /// The schedule that each scope has now.
    func schedules() throws -> [ScheduleVersion] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM schedule AS s WHERE version = (SELECT MAX(version) FROM schedule WHERE scope = s.scope)
                ORDER BY scope
                """
        ).compactMap(Self.schedule)
    }

    private static func schedule(_ row: Row) throws -> ScheduleVersion? {
        guard let scope = Scope(row["scope"]) else { return nil }
        return ScheduleVersion(
            scope: scope, version: row["version"], changedAt: Timestamp(nanoseconds: row["changedAt"]),
            changedBy: row["changedBy"], programmes: try value([Programme].self, row["body"]))
    }

    /// Writes the next version of a scope's schedule and tells the nodes.
    ///
    /// The audio that it names stays in the library for as long as it does.
    func put(_ programmes: [Programme], of scope: Scope, version: Int, by name: String) throws {
        let key = scope.description
        try database.execute(
            sql: "INSERT INTO schedule (scope, version, changedAt, changedBy, body) VALUES (?, ?, ?, ?, ?)",
            arguments: [key, version, now.nanoseconds, name, try Self.json(programmes)])
        try database.execute(sql: "DELETE FROM programme WHERE scope = ?", arguments: [key])
        for programme in programmes {
            try database.execute(
                sql: "INSERT INTO programme (id, scope) VALUES (?, ?)", arguments: [programme.id.rawValue, key])
        }
        try database.execute(sql: "DELETE FROM scheduleAudio WHERE scope = ?", arguments: [key])
        for audio in Set(programmes.flatMap(\.content).map(\.sha256)) {
            try database.execute(
                sql: "INSERT INTO scheduleAudio (scope, sha256) VALUES (?, ?)", arguments: [key, audio.hex])
        }
        try publishSchedule(of: scope)
    }

    /// The scope that has a programme of this name now.
    func scope(of programme: ProgrammeID) throws -> Scope? {
        try String.fetchOne(
            database, sql: "SELECT scope FROM programme WHERE id = ?", arguments: [programme.rawValue]
        ).flatMap { Scope($0) }
    }

    /// The scopes that each node obeys, its own among them.
    func scopesOfNodes() throws -> [NodeID: Set<Scope>] {
        var scopes: [NodeID: Set<Scope>] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT node, scope FROM nodeScope") {
            guard let scope = Scope(row["scope"]) else { continue }
            scopes[NodeID(unchecked: row["node"]), default: []].insert(scope)
        }
        return scopes
    }

    // MARK: - Playbacks

    func put(_ playback: ProgrammePlayback) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO programmePlayback (programme, node, localStart, fold, due, body)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                playback.programme.rawValue, playback.node.rawValue, playback.localStart, playback.fold,
                playback.due?.nanoseconds, try Self.json(playback),
            ])
    }

    /// What became of programmes, the latest first.
    func programmePlaybacks(node: NodeID?, programme: ProgrammeID?, limit: Int) throws -> [ProgrammePlayback] {
        try String.fetchAll(
            database,
            sql: """
                SELECT body FROM programmePlayback
                WHERE (?1 IS NULL OR node = ?1) AND (?2 IS NULL OR programme = ?2)
                ORDER BY localStart DESC, fold DESC, programme, node LIMIT ?3
                """, arguments: [node?.rawValue, programme?.rawValue, limit]
        ).map { try Self.value(ProgrammePlayback.self, $0) }
    }
}
