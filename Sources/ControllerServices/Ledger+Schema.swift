import GRDB

extension Ledger {
    /// The schema, step by step. A step that was published is never changed.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 broadcasts") { database in
            try database.execute(sql: first)
        }
        migrator.registerMigration("2 schedules") { database in
            try database.execute(sql: second)
        }
        return migrator
    }

    /// Instants are nanoseconds since 1970; JSON columns hold the values of `Broadcasting` in their one written form.
    private static let first = """
        CREATE TABLE controller (
            id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, createdAt INTEGER NOT NULL
        );
        CREATE TABLE token (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, createdAt INTEGER NOT NULL, lastUsed INTEGER
        );
        CREATE TABLE audio (
            sha256 TEXT PRIMARY KEY, title TEXT NOT NULL, addedAt INTEGER NOT NULL, item TEXT NOT NULL
        );
        CREATE INDEX audioByTime ON audio (addedAt);
        CREATE TABLE node (
            id TEXT PRIMARY KEY, settings TEXT NOT NULL, passwordHash TEXT NOT NULL, addedAt INTEGER NOT NULL
        );
        CREATE TABLE nodeScope (
            node TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE, scope TEXT NOT NULL, PRIMARY KEY (node, scope)
        );
        CREATE INDEX nodeByScope ON nodeScope (scope);
        CREATE TABLE broadcast (
            id TEXT PRIMARY KEY, body TEXT NOT NULL, createdAt INTEGER NOT NULL,
            overAt INTEGER NOT NULL, retired INTEGER NOT NULL DEFAULT 0,
            idempotencyKey TEXT UNIQUE, request TEXT NOT NULL
        );
        CREATE INDEX broadcastByTime ON broadcast (createdAt);
        CREATE INDEX broadcastToRetire ON broadcast (overAt) WHERE retired = 0;
        CREATE TABLE broadcastAudio (
            broadcast TEXT NOT NULL REFERENCES broadcast (id), sha256 TEXT NOT NULL REFERENCES audio (sha256),
            PRIMARY KEY (broadcast, sha256)
        );
        CREATE TABLE broadcastScope (
            broadcast TEXT NOT NULL REFERENCES broadcast (id), scope TEXT NOT NULL, PRIMARY KEY (broadcast, scope)
        );
        CREATE INDEX broadcastByScope ON broadcastScope (scope);
        CREATE TABLE target (
            broadcast TEXT NOT NULL REFERENCES broadcast (id), node TEXT NOT NULL REFERENCES node (id),
            PRIMARY KEY (broadcast, node)
        );
        CREATE TABLE halt (scope TEXT PRIMARY KEY, body TEXT NOT NULL);
        CREATE TABLE document (
            topic TEXT PRIMARY KEY, epoch INTEGER NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL,
            compact TEXT NOT NULL, issuedAt INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX documentToSend ON document (issuedAt) WHERE sent = 0;
        CREATE TABLE journal (
            node TEXT NOT NULL, journal TEXT NOT NULL, through INTEGER NOT NULL, firstHeard INTEGER NOT NULL,
            gapSince INTEGER, gapBatches INTEGER NOT NULL DEFAULT 0, forgiving INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (node, journal)
        );
        CREATE TABLE record (
            node TEXT NOT NULL, journal TEXT NOT NULL, sequence INTEGER NOT NULL, receivedAt INTEGER NOT NULL,
            cue TEXT, body TEXT NOT NULL, PRIMARY KEY (node, journal, sequence)
        ) WITHOUT ROWID;
        CREATE INDEX recordByCue ON record (cue, node) WHERE cue IS NOT NULL;
        CREATE INDEX recordByTime ON record (node, receivedAt);
        CREATE TABLE unreadable (
            id INTEGER PRIMARY KEY, node TEXT NOT NULL, journal TEXT, sequence INTEGER, receivedAt INTEGER NOT NULL,
            reason TEXT NOT NULL, raw TEXT NOT NULL
        );
        CREATE UNIQUE INDEX unreadableBySequence ON unreadable (node, journal, sequence) WHERE sequence IS NOT NULL;
        CREATE TABLE playback (
            broadcast TEXT NOT NULL, node TEXT NOT NULL, occurrence INTEGER NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (broadcast, node, occurrence)
        ) WITHOUT ROWID;
        CREATE TABLE heard (
            node TEXT PRIMARY KEY REFERENCES node (id) ON DELETE CASCADE, lastHeard INTEGER,
            presence TEXT, presenceAt INTEGER, health TEXT
        );
        """

    private static let second = """
        CREATE TABLE schedule (
            scope TEXT NOT NULL, version INTEGER NOT NULL, changedAt INTEGER NOT NULL, changedBy TEXT NOT NULL,
            body TEXT NOT NULL, PRIMARY KEY (scope, version)
        );
        CREATE TABLE programme (id TEXT PRIMARY KEY, scope TEXT NOT NULL);
        CREATE INDEX programmeByScope ON programme (scope);
        CREATE TABLE scheduleAudio (
            scope TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES audio (sha256), PRIMARY KEY (scope, sha256)
        );
        CREATE TABLE programmePlayback (
            programme TEXT NOT NULL, node TEXT NOT NULL, localStart TEXT NOT NULL, fold INTEGER NOT NULL,
            due INTEGER, body TEXT NOT NULL, PRIMARY KEY (programme, node, localStart, fold)
        ) WITHOUT ROWID;
        CREATE INDEX programmePlaybackByTime ON programmePlayback (localStart);
        CREATE INDEX programmePlaybackByNode ON programmePlayback (node, localStart);
        """
}
