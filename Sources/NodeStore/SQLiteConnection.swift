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
        try self.init(name: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    }

    /// Opens a file that is only to be read.
    ///
    /// - Parameters:
    ///   - isImmutable: whether to look at nothing but the file itself; without it a write-ahead log is read as well, which asks for its
    ///     index beside it or for a folder that can be written.
    init(reading path: String, isImmutable: Bool) throws(SQLiteError) {
        let characters = path.utf8.map { byte -> String in
            let digits = String(byte, radix: 16)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }
        let uri = "file:\(characters.joined())?mode=ro" + (isImmutable ? "&immutable=1" : "")
        try self.init(name: uri, flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
    }

    private init(name: String, flags: CInt) throws(SQLiteError) {
        var opened: OpaquePointer?
        // Calls never overlap, so SQLite's own mutexes are left out.
        let status = unsafe sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
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

    /// Takes over all that `other` holds, and loses what this one held.
    func copy(from other: borrowing SQLiteConnection) throws(SQLiteError) {
        guard let backup = unsafe sqlite3_backup_init(handle, "main", other.handle, "main") else {
            throw unsafe SQLiteError(code: sqlite3_errcode(handle), database: handle)
        }
        unsafe sqlite3_backup_step(backup, -1)
        let status = unsafe sqlite3_backup_finish(backup)
        guard status == SQLITE_OK else { throw unsafe SQLiteError(code: status, database: handle) }
    }

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

    /// Pages that were written since the connection was opened; with a write-ahead log, to the log.
    var pagesWritten: Int {
        var (count, highest): (CInt, CInt) = (0, 0)
        unsafe sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_WRITE, &count, &highest, 0)
        return Int(count)
    }

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
