import Broadcasting
import ControllerAPI
import GRDB

/// The library's audio.
extension LedgerTransaction {
    func audio(_ sha256: ContentHash) throws -> AudioItem? {
        try String.fetchOne(database, sql: "SELECT item FROM audio WHERE sha256 = ?", arguments: [sha256.hex])
            .map { try Self.value(AudioItem.self, $0) }
    }

    /// The newest audio, newest first.
    func audio(limit: Int) throws -> [AudioItem] {
        try String.fetchAll(
            database, sql: "SELECT item FROM audio ORDER BY addedAt DESC, sha256 LIMIT ?", arguments: [limit]
        ).map { try Self.value(AudioItem.self, $0) }
    }

    /// Adds `item`, unless its audio is there already.
    ///
    /// - Returns: the item that the library has now, and whether it is new.
    func add(_ item: AudioItem) throws -> (item: AudioItem, isNew: Bool) {
        if let known = try audio(item.sha256) { return (known, false) }
        try database.execute(
            sql: "INSERT INTO audio (sha256, title, addedAt, item) VALUES (?, ?, ?, ?)",
            arguments: [item.sha256.hex, item.title, item.addedAt.nanoseconds, try Self.json(item)])
        return (item, true)
    }
}
