public import Broadcasting
public import FoundationEssentials
import RuntimeSupport
import Synchronization

/// A node's own memory in one SQLite file: documents, journal, and what the director must know after a restart.
///
/// Write-ahead log with `synchronous = FULL`: what a call has returned from survives a power cut. Calls block; make them from
/// an executor of your own.
public final class NodeStore: Sendable {
    /// The journal that this store writes. A new store draws a new name.
    public let journal: JournalID
    /// Counts the starts of the program over the life of the store; this one's number.
    public let session: Int64
    private let path: String
    private let database: Locked<NodeDatabase>
    private let knownTrust: Locked<String?>
    /// The name under which the trusted boot is remembered.
    private static let trust = "trustedBoot"
    /// Pages that had been written when the log was last brought into the tables.
    private let pagesInTables = Atomic(0)
    private let pagesWritten = Atomic(0)

    /// Opens or creates `node.sqlite` in `folder`.
    ///
    /// A file that SQLite cannot read is moved aside as `node.sqlite.damaged-<n>`, and a new one, with a new journal, takes its
    /// place: a node that lost its memory can still sound an emergency. `damaged` tells.
    ///
    /// Where the disk takes nothing (it is full, read-only or failing) the store is a copy in memory, with a journal of its own, of what can
    /// be read, and lasts as long as the program: a node that will forget still keeps its timetable. `unwritable` tells. The records that were
    /// on the disk stay there.
    /// - Throws: `NodeStoreError` when there is no such folder, another program holds the file, or it is of a later version.
    public init(folder: String) throws(NodeStoreError) {
        path = "\(folder)/node.sqlite"
        do {
            do {
                (database, journal, session, knownTrust) = try Self.open(path)
                (damaged, unwritable) = (nil, nil)
            } catch let error as SQLiteError where error.isDamage {
                damaged = try Self.setAside(path)
                unwritable = nil
                (database, journal, session, knownTrust) = try Self.open(path)
            } catch let error as SQLiteError where error.isRefusal && Self.isFolder(folder) {
                damaged = nil
                unwritable = error.description
                (database, journal, session, knownTrust) = try Self.open(copyOf: path)
            }
        } catch {
            throw NodeStoreError(.open, path: path, error)
        }
    }

    /// Where a damaged file was moved to by this start, if there was one.
    public let damaged: String?
    /// Why nothing that is stored outlives the program; nil when it does.
    public let unwritable: String?

    // MARK: - Documents

    /// The newest accepted document of each topic.
    public func documents() throws(NodeStoreError) -> [StoredDocument] {
        try with(.read) { try $0.documents() }
    }

    // MARK: - The director's memory

    /// What `commit` stored last, if anything.
    public func memory() throws(NodeStoreError) -> Data? {
        try with(.read) { try $0.memory("director") }
    }

    // MARK: - The clock

    /// The boot in which the latest `commit` was made under a trusted clock; nil when that clock was not trusted, or nothing is known.
    public var trustedBoot: String? { knownTrust.withLock { $0 } }

    // MARK: - Writing

    /// Writes, in one transaction, an accepted document, what the director must remember, and the records of what happened.
    ///
    /// - Returns: the records with their sequence.
    /// - Throws: `NodeStoreError`; then nothing of it is stored.
    @discardableResult
    public func commit(
        document: StoredDocument? = nil, memory: Data? = nil, events: [JournalEvent], stamp: JournalStamp
    ) throws(NodeStoreError) -> [JournalRecord] {
        try with(.write) { database in
            defer { pagesWritten.store(database.pagesWritten, ordering: .relaxed) }
            let trusted = stamp.clockTrusted ? stamp.boot : nil
            let isNews = trusted != trustedBoot
            let records = try database.transaction {
                if isNews { try database.remember(Data((trusted ?? "").utf8), as: Self.trust) }
                if let document { try database.put(document) }
                if let memory { try database.remember(memory, as: "director") }
                return try events.map { event in
                    let record = JournalRecord(
                        sequence: try database.beginRecord(), at: stamp.at, monotonic: stamp.monotonic,
                        boot: stamp.boot, clockTrusted: stamp.clockTrusted, event: event)
                    try database.fill(record.sequence, with: try Wire.encode(record))
                    return record
                }
            }
            if isNews { knownTrust.withLock { $0 = trusted } }
            return records
        }
    }

    // MARK: - Journal

    /// Records after `sequence`, in order, `limit` at the most, as JSON.
    public func records(after sequence: Int64, limit: Int) throws(NodeStoreError) -> [StoredRecord] {
        try with(.read) { try $0.records(after: sequence, limit: limit) }
    }

    /// Forgets the records up to and including `sequence`, which the controller has.
    public func forget(through sequence: Int64) throws(NodeStoreError) {
        try with(.write) { try $0.forget(through: sequence) }
    }

    /// How many records wait for a receipt.
    public func depth() throws(NodeStoreError) -> Int64 {
        try with(.read) { try $0.depth() }
    }

    // MARK: - The log

    /// Pages after which the log is to be brought into the tables: half a megabyte.
    private static let pagesPerCheckpoint = 128

    /// Whether it is time for ``checkpoint()``.
    public var isCheckpointDue: Bool {
        let pages = pagesWritten.load(ordering: .relaxed) - pagesInTables.load(ordering: .relaxed)
        return unwritable == nil && pages >= Self.pagesPerCheckpoint
    }

    /// Brings what commits have written into the tables, so that the log begins anew; commits go on meanwhile.
    ///
    /// Blocks, on a slow disk for a second. Left out, a commit does it after a thousand pages, and what is to sound waits.
    /// - Throws: `NodeStoreError`; nothing is lost, and the next time makes up for it.
    public func checkpoint() throws(NodeStoreError) {
        pagesInTables.store(pagesWritten.load(ordering: .relaxed), ordering: .relaxed)
        do {
            try SQLiteConnection(path: path).execute("PRAGMA wal_checkpoint(PASSIVE)")
        } catch {
            throw NodeStoreError(.write, path: path, error)
        }
    }

    // MARK: -

    private func with<Value: Sendable>(
        _ step: NodeStoreError.Step, _ body: (borrowing NodeDatabase) throws -> Value
    ) throws(NodeStoreError) -> Value {
        do {
            return try database.withLock { try body($0) }
        } catch {
            throw NodeStoreError(step, path: path, error)
        }
    }

    private static func open(_ path: String) throws -> (Locked<NodeDatabase>, JournalID, Int64, Locked<String?>) {
        let database = try NodeDatabase.open(path)
        let (journal, session, boot) = try begin(database)
        LogReserve.fill("\(path)-wal")
        return (Locked(database), journal, session, Locked(boot))
    }

    private static func open(copyOf path: String) throws -> (Locked<NodeDatabase>, JournalID, Int64, Locked<String?>) {
        let database = try NodeDatabase.openCopy(of: path)
        let (journal, session, boot) = try begin(database)
        return (Locked(database), journal, session, Locked(boot))
    }

    /// The journal's name, drawn at the first start, the number of this start, and the boot whose clock was trusted.
    private static func begin(_ database: borrowing NodeDatabase) throws -> (JournalID, Int64, String?) {
        try database.transaction {
            let journal: JournalID
            if let name = try database.memory("journal"),
                let known = JournalID(rawValue: String(decoding: name, as: UTF8.self))
            {
                journal = known
            } else {
                journal = JournalID(unchecked: UUID().uuidString.lowercased())
                try database.remember(Data(journal.rawValue.utf8), as: "journal")
            }
            let last = try database.memory("session").flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
            let session = (last ?? 0) + 1
            try database.remember(Data(String(session).utf8), as: "session")
            let boot = try database.memory(trust).map { String(decoding: $0, as: UTF8.self) }
            return (journal, session, boot.flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }

    private static func setAside(_ path: String) throws -> String {
        let files = FileManager.default
        var number = 1
        while files.fileExists(atPath: "\(path).damaged-\(number)") { number += 1 }
        let aside = "\(path).damaged-\(number)"
        try files.moveItem(atPath: path, toPath: aside)
        for suffix in ["-wal", "-shm"] where files.fileExists(atPath: path + suffix) {
            try files.moveItem(atPath: path + suffix, toPath: aside + suffix)
        }
        return aside
    }
}
