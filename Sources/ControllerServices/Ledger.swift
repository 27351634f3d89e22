import Broadcasting
import GRDB

/// The controller's memory: one SQLite file with what people did, what nodes must be told, and what nodes told.
///
/// Write-ahead log with `synchronous = FULL`: what a call has returned from survives a power cut. What a person did and the documents
/// that follow from it are written in one transaction.
final class Ledger: Sendable {
    /// Says that a document waits to be published. One reader; signals that were not read yet are one.
    let unsent: AsyncStream<Void>

    private let pool: DatabasePool
    private let signer: DocumentSigner
    private let now: @Sendable () -> Timestamp
    private let signal: AsyncStream<Void>.Continuation

    /// Opens the file at `path`, or creates it, and brings its schema up to date.
    init(path: String, signer: DocumentSigner, now: @escaping @Sendable () -> Timestamp) throws {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        pool = try DatabasePool(path: path, configuration: configuration)
        // Only now: GRDB sets NORMAL when it turns the write-ahead log on.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        self.signer = signer
        self.now = now
        (unsent, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        try Self.migrator.migrate(pool)
    }

    /// The wall time that transactions are stamped with.
    var time: Timestamp { now() }

    /// The key that documents are signed with.
    var publicKey: PublicKey { signer.publicKey }

    /// Runs `body` in one transaction that holds or fails as a whole.
    func write<Value: Sendable>(_ body: @escaping @Sendable (LedgerTransaction) throws -> Value) async throws -> Value {
        let (signer, time) = (signer, now())
        let value = try await pool.write { database in
            try body(LedgerTransaction(database: database, signer: signer, now: time))
        }
        signal.yield()
        return value
    }

    /// Runs `body` on one consistent state, beside writers.
    func read<Value: Sendable>(_ body: @escaping @Sendable (LedgerTransaction) throws -> Value) async throws -> Value {
        let (signer, time) = (signer, now())
        return try await pool.read { database in
            try body(LedgerTransaction(database: database, signer: signer, now: time))
        }
    }

    /// What SQLite finds wrong with the file; empty when all is well.
    func defects() async throws -> [String] {
        try await pool.read { database in
            try String.fetchAll(database, sql: "PRAGMA quick_check").filter { $0 != "ok" }
        }
    }

    func close() throws { try pool.close() }
}
