import CSQLite

/// One connection to a database file.
///
/// Owns one `sqlite3`: made by `init`, closed by `deinit`, used by one thread at a time. SQLite keeps the connection for as long
/// as a statement of it lives.
@safe
struct SQLiteConnection: ~Copyable {
    private let handle: OpaquePointer

    /// Opens or creates the file at `path`. The file itself is looked at by the first statement only.
    init(path: String) throws(SQLiteError) {
        var opened: OpaquePointer?
        // Calls never overlap, so SQLite's own mutexes are left out.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let status = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard status == SQLITE_OK, let handle = unsafe opened else {
            let error = unsafe SQLiteError(code: status, database: opened)
            unsafe sqlite3_close_v2(opened)
            throw error
        }
        unsafe self.handle = handle
        unsafe sqlite3_extended_result_codes(handle, 1)
        // A technician may have the file open in a shell.
        unsafe sqlite3_busy_timeout(handle, 1000)
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Runs statements that take no values and return no rows.
    func execute(_ sql: String) throws(SQLiteError) {
        let status = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw unsafe SQLiteError(code: status, database: handle) }
    }

    /// Compiles one statement, to be run as often as wanted.
    func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        var made: OpaquePointer?
        let status = unsafe sqlite3_prepare_v3(
            handle, sql, -1, CUnsignedInt(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard status == SQLITE_OK, let statement = unsafe made else {
            throw unsafe SQLiteError(code: status, database: handle)
        }
        return unsafe SQLiteStatement(owning: statement, of: handle)
    }

    /// The key of the row that was inserted last.
    var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// Runs `body` in a transaction that holds the write lock from its start: all of it is stored, or, when it throws, nothing.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try execute("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // Some errors have rolled back already; then there is nothing left to do, and the first error is the one to tell.
            if unsafe sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }
}
