import CSQLite

/// A call of SQLite that failed, in the library's own words.
struct SQLiteError: Error, Sendable, CustomStringConvertible {
    /// The extended result code.
    let code: CInt
    let description: String

    /// What went wrong last on `database`; nil stands for a handle that could not even be allocated.
    init(code: CInt, database: OpaquePointer?) {
        self.code = code
        let words = unsafe database.map { unsafe String(cString: sqlite3_errmsg($0)) }
        let general = unsafe sqlite3_errstr(code).map { unsafe String(cString: $0) }
        description = words ?? general ?? "SQLite code \(code)"
    }

    init(code: CInt, description: String) {
        self.code = code
        self.description = description
    }

    private var primary: CInt { code & 0xff }

    /// Whether the file is no database, or no longer a whole one.
    var isDamage: Bool { primary == SQLITE_NOTADB || primary == SQLITE_CORRUPT }

    var isDiskFull: Bool { primary == SQLITE_FULL }

    /// Whether the disk takes nothing: it is full, read-only or failing.
    var isRefusal: Bool {
        [SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_PERM].contains(primary)
    }
}
