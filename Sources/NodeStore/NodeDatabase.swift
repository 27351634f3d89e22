import Broadcasting
import CSQLite
import FoundationEssentials

/// The tables of a node's store, and the statements over them, compiled once.
///
/// Every statement that the store runs stands here. Used by one thread at a time.
struct NodeDatabase: ~Copyable {
    private let allDocuments: SQLiteStatement
    private let putDocument: SQLiteStatement
    private let getMemory: SQLiteStatement
    private let putMemory: SQLiteStatement
    private let newRecord: SQLiteStatement
    private let fillRecord: SQLiteStatement
    private let someRecords: SQLiteStatement
    private let forgetRecords: SQLiteStatement
    private let countRecords: SQLiteStatement
    private let connection: SQLiteConnection

    /// Opens or creates the file at `path`, and brings its tables up to date.
    static func open(_ path: String) throws -> NodeDatabase {
        try open(SQLiteConnection(path: path))
    }

    /// Opens a copy of the file at `path` in memory, as it can be read, or an empty one; the records of its journal are left out.
    static func openCopy(of path: String) throws -> NodeDatabase {
        for isImmutable in [false, true] {
            let connection = try SQLiteConnection(path: ":memory:")
            do {
                try connection.copy(from: SQLiteConnection(reading: path, isImmutable: isImmutable))
                try connection.execute(
                    "DELETE FROM journal; DELETE FROM sqlite_sequence; DELETE FROM memory WHERE name = 'journal'")
            } catch {
                continue
            }
            return try open(connection)
        }
        return try open(SQLiteConnection(path: ":memory:"))
    }

    private static func open(_ connection: consuming SQLiteConnection) throws -> NodeDatabase {
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("PRAGMA synchronous = FULL")
        // In units of 1024 bytes. The tables are small, and each page is memory.
        try connection.execute("PRAGMA cache_size = -256")
        try Self.migrate(connection)
        return try NodeDatabase(
            allDocuments: connection.prepare("SELECT topic, epoch, number, compact FROM document ORDER BY topic"),
            putDocument: connection.prepare(
                """
                INSERT INTO document (topic, epoch, number, compact) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET epoch = excluded.epoch, number = excluded.number, compact = excluded.compact
                """),
            getMemory: connection.prepare("SELECT value FROM memory WHERE name = ?"),
            putMemory: connection.prepare(
                "INSERT INTO memory (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"),
            newRecord: connection.prepare("INSERT INTO journal (json) VALUES (x'')"),
            fillRecord: connection.prepare("UPDATE journal SET json = ? WHERE sequence = ?"),
            someRecords: connection.prepare(
                "SELECT sequence, json FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ?"),
            forgetRecords: connection.prepare("DELETE FROM journal WHERE sequence <= ?"),
            countRecords: connection.prepare("SELECT COUNT(*) FROM journal"),
            connection: connection)
    }

    /// The statements that lead from each version of the tables to the next; `PRAGMA user_version` counts those that were run.
    private static let migrations = [
        """
        CREATE TABLE document (
            topic TEXT PRIMARY KEY NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL, compact BLOB NOT NULL
        ) STRICT;
        CREATE TABLE journal (
            -- AUTOINCREMENT: a number is never given again, not even when all records were forgotten.
            sequence INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, json BLOB NOT NULL
        ) STRICT;
        CREATE TABLE memory (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT;
        """
    ]

    private static func migrate(_ connection: borrowing SQLiteConnection) throws {
        let version = Int(try connection.prepare("PRAGMA user_version").rows { $0.integer(0) }.first ?? 0)
        guard version <= migrations.count else {
            throw SQLiteError(
                code: SQLITE_ERROR,
                description: "its tables are of version \(version), later than this program's \(migrations.count)")
        }
        for number in max(0, version)..<migrations.count {
            // One transaction with the version, so that a power cut leaves either both or none.
            try connection.transaction {
                try connection.execute(migrations[number])
                try connection.execute("PRAGMA user_version = \(number + 1)")
            }
        }
    }

    /// Runs `body` in one transaction: all of it is stored, or, when it throws, nothing.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try connection.transaction(body)
    }

    /// Pages that this connection has written.
    var pagesWritten: Int { connection.pagesWritten }

    // MARK: - Documents

    func documents() throws(SQLiteError) -> [StoredDocument] {
        try allDocuments.rows {
            StoredDocument(
                topic: $0.text(0), revision: Revision(epoch: $0.integer(1), number: $0.integer(2)), compact: $0.blob(3))
        }
    }

    func put(_ document: StoredDocument) throws(SQLiteError) {
        try putDocument.run(
            .text(document.topic), .integer(document.revision.epoch), .integer(document.revision.number),
            .blob(document.compact))
    }

    // MARK: - What is remembered under a name

    func memory(_ name: String) throws(SQLiteError) -> Data? {
        try getMemory.rows(.text(name)) { $0.blob(0) }.first
    }

    func remember(_ value: Data, as name: String) throws(SQLiteError) {
        try putMemory.run(.text(name), .blob(value))
    }

    // MARK: - Journal

    /// Makes room for a record, and returns its sequence.
    func beginRecord() throws(SQLiteError) -> Int64 {
        try newRecord.run()
        return connection.lastInsertedRow
    }

    func fill(_ sequence: Int64, with json: Data) throws(SQLiteError) {
        try fillRecord.run(.blob(json), .integer(sequence))
    }

    func records(after sequence: Int64, limit: Int) throws(SQLiteError) -> [StoredRecord] {
        try someRecords.rows(.integer(sequence), .integer(Int64(limit))) {
            StoredRecord(sequence: $0.integer(0), json: $0.blob(1))
        }
    }

    func forget(through sequence: Int64) throws(SQLiteError) { try forgetRecords.run(.integer(sequence)) }

    func depth() throws(SQLiteError) -> Int64 { try countRecords.rows { $0.integer(0) }.first ?? 0 }
}
