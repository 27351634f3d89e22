import Broadcasting
import FoundationEssentials
import GRDB

/// One transaction of the ledger. Lives as long as its closure; what the parts of the controller do with it stands in extensions.
struct LedgerTransaction {
    let database: Database
    let signer: DocumentSigner
    /// The instant at which the transaction began; the same for all that it writes.
    let now: Timestamp

    // MARK: - Values in columns

    /// The text that a value is kept as.
    static func json(_ value: some Encodable) throws -> String {
        String(decoding: try Wire.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try Wire.decode(type, from: Data(text.utf8))
    }

    static func time(_ column: Int64?) -> Timestamp? { column.map { Timestamp(nanoseconds: $0) } }
}
