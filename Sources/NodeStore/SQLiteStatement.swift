import CSQLite
import FoundationEssentials

/// A value that a statement is given.
enum SQLiteValue: Hashable, Sendable {
    case integer(Int64)
    case text(String)
    case blob(Data)
}

/// A compiled statement, kept for the life of its connection.
///
/// Owns one `sqlite3_stmt`: compiled by `SQLiteConnection.prepare`, finalised by `deinit`. Each run begins from the start, and
/// leaves neither a lock nor a value behind.
@safe
struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer
    private let database: OpaquePointer

    init(owning handle: OpaquePointer, of database: OpaquePointer) {
        unsafe self.handle = handle
        unsafe self.database = database
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Runs a statement that returns no rows.
    func run(_ values: SQLiteValue...) throws(SQLiteError) {
        try each(values) { _ in }
    }

    /// All rows, each as `read` makes it.
    func rows<Row>(_ values: SQLiteValue..., read: (borrowing SQLiteColumns) -> Row) throws(SQLiteError) -> [Row] {
        var rows: [Row] = []
        try each(values) { rows.append(read($0)) }
        return rows
    }

    private func each(_ values: [SQLiteValue], _ body: (borrowing SQLiteColumns) -> Void) throws(SQLiteError) {
        defer {
            // Repeats the error of the step, which has been thrown by then.
            unsafe sqlite3_reset(handle)
            unsafe sqlite3_clear_bindings(handle)
        }
        for (position, value) in values.enumerated() { try bind(value, at: CInt(position + 1)) }
        while true {
            let status = unsafe sqlite3_step(handle)
            switch status {
            case SQLITE_ROW: unsafe body(SQLiteColumns(handle))
            case SQLITE_DONE: return
            default: throw unsafe SQLiteError(code: status, database: database)
            }
        }
    }

    private func bind(_ value: SQLiteValue, at index: CInt) throws(SQLiteError) {
        let status: CInt
        switch value {
        case .integer(let number): status = unsafe sqlite3_bind_int64(handle, index, number)
        case .text(let text):
            status = unsafe shim_sqlite3_bind_text(handle, index, text, UInt64(text.utf8.count))
        case .blob(let data) where data.isEmpty:
            // A null pointer would be bound as NULL.
            status = unsafe sqlite3_bind_zeroblob(handle, index, 0)
        case .blob(let data):
            status = unsafe data.withUnsafeBytes {
                unsafe shim_sqlite3_bind_blob(handle, index, $0.baseAddress, UInt64($0.count))
            }
        }
        guard status == SQLITE_OK else { throw unsafe SQLiteError(code: status, database: database) }
    }
}

/// The columns of the row that a statement stands at: lent to a closure, and cannot outlive it.
@safe
struct SQLiteColumns: ~Copyable {
    private let handle: OpaquePointer

    fileprivate init(_ handle: OpaquePointer) { unsafe self.handle = handle }

    func integer(_ column: CInt) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    func text(_ column: CInt) -> String { String(decoding: blob(column), as: UTF8.self) }

    func blob(_ column: CInt) -> Data {
        // The order matters: the pointer is asked for first, the length counts what it points to.
        guard let bytes = unsafe sqlite3_column_blob(handle, column) else { return Data() }
        return unsafe Data(bytes: bytes, count: Int(sqlite3_column_bytes(handle, column)))
    }
}
