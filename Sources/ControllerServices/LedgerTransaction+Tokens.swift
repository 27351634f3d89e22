import Broadcasting
import ControllerAPI
import FoundationEssentials
import GRDB

/// Who may use the interface.
extension LedgerTransaction {
    func tokens() throws -> [TokenItem] {
        try Row.fetchAll(database, sql: "SELECT * FROM token ORDER BY rowid").map(Self.token)
    }

    /// Makes a token; only its hash is kept.
    func makeToken(name: String) throws -> NewToken {
        let secret = Secret.makeToken()
        let item = TokenItem(id: Secret.makeHex(4), name: name, createdAt: now)
        try database.execute(
            sql: "INSERT INTO token (id, name, hash, createdAt) VALUES (?, ?, ?, ?)",
            arguments: [item.id, name, Data(Secret.hash(of: secret)), now.nanoseconds])
        return NewToken(item: item, token: secret)
    }

    /// The token that `secret` is, if it is one. Looks at every token, whatever it finds.
    func token(secret: String) throws -> TokenItem? {
        let hash = Secret.hash(of: secret)
        var found: TokenItem?
        for row in try Row.fetchAll(database, sql: "SELECT * FROM token")
        where Secret.areEqual(Array(row["hash"] as Data), hash) {
            found = Self.token(row)
        }
        return found
    }

    func noteUse(ofToken id: String) throws {
        try database.execute(sql: "UPDATE token SET lastUsed = ? WHERE id = ?", arguments: [now.nanoseconds, id])
    }

    /// - Returns: whether there was such a token.
    func deleteToken(_ id: String) throws -> Bool {
        try database.execute(sql: "DELETE FROM token WHERE id = ?", arguments: [id])
        return database.changesCount > 0
    }

    private static func token(_ row: Row) -> TokenItem {
        TokenItem(
            id: row["id"], name: row["name"], createdAt: Timestamp(nanoseconds: row["createdAt"]),
            lastUsed: time(row["lastUsed"]))
    }
}
