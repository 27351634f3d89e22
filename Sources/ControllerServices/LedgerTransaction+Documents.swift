import Broadcasting
import ControllerAPI
import GRDB

/// The outbox: the current document of each topic, and whether the broker has it.
extension LedgerTransaction {
    /// A document to be published.
    struct Outgoing: Sendable, Hashable {
        var topic: String
        var revision: Revision
        var compact: String
    }

    /// The epoch of the revisions that are written now.
    func epoch() throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT epoch FROM controller") ?? 1
    }

    /// Notes the first start of this ledger.
    func begin() throws {
        try database.execute(
            sql: "INSERT OR IGNORE INTO controller (id, epoch, createdAt) VALUES (1, 1, ?)",
            arguments: [now.nanoseconds])
    }

    /// Puts the document that says `body` on `topic` into the outbox, unless the topic says so already.
    ///
    /// - Throws: `ProblemDetails` when it is larger than a node reads.
    func publish(_ body: some DocumentBody, on topic: Topic) throws {
        let text = try Self.json(body)
        let row = try Row.fetchOne(
            database, sql: "SELECT epoch, number, body FROM document WHERE topic = ?", arguments: [topic.description])
        let epoch = try epoch()
        var revision = Revision(epoch: epoch, number: 1)
        if let row {
            let held = Revision(epoch: row["epoch"], number: row["number"])
            if held.epoch == epoch {
                if text == row["body"] as String { return }
                revision.number = held.number + 1
            }
        }
        let compact = try signer.sign(Document(topic: topic, revision: revision, issuedAt: now, body: body))
        guard compact.utf8.count <= DocumentVerifier.maximumBytes else {
            throw ProblemDetails(
                .conflict,
                "\(topic) would be larger than a node reads (\(compact.utf8.count) bytes, over \(DocumentVerifier.maximumBytes)): take out what is no longer needed, and give programmes with many exceptions an end"
            )
        }
        try database.execute(
            sql: """
                INSERT INTO document (topic, epoch, number, body, compact, issuedAt, sent) VALUES (?, ?, ?, ?, ?, ?, 0)
                ON CONFLICT (topic) DO UPDATE SET epoch = excluded.epoch, number = excluded.number, body = excluded.body,
                    compact = excluded.compact, issuedAt = excluded.issuedAt, sent = 0
                """,
            arguments: [
                topic.description, revision.epoch, revision.number, text, compact, now.nanoseconds,
            ])
    }

    /// Documents that the broker does not have, the latest first so that what is urgent does not queue.
    func unsent(limit: Int = 1000) throws -> [Outgoing] {
        try Row.fetchAll(
            database,
            sql: "SELECT topic, epoch, number, compact FROM document WHERE sent = 0 ORDER BY issuedAt DESC LIMIT ?",
            arguments: [limit]
        ).map {
            Outgoing(
                topic: $0["topic"], revision: Revision(epoch: $0["epoch"], number: $0["number"]), compact: $0["compact"]
            )
        }
    }

    func unsentCount() throws -> Int {
        try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM document WHERE sent = 0") ?? 0
    }

    /// Notes that the broker has acknowledged this very revision. A newer one stays unsent.
    func markSent(_ document: Outgoing) throws {
        try database.execute(
            sql: "UPDATE document SET sent = 1 WHERE topic = ? AND epoch = ? AND number = ?",
            arguments: [document.topic, document.revision.epoch, document.revision.number])
    }

    /// Takes every document as unsent: the broker may have lost what it had.
    func markAllUnsent() throws { try database.execute(sql: "UPDATE document SET sent = 0 WHERE sent = 1") }

    /// The revision of each topic's document.
    func revisions() throws -> [String: Revision] {
        let rows = try Row.fetchAll(database, sql: "SELECT topic, epoch, number FROM document")
        return Dictionary(
            uniqueKeysWithValues: rows.map { ($0["topic"], Revision(epoch: $0["epoch"], number: $0["number"])) })
    }

    // MARK: - Composed documents

    /// Publishes what the ledger says of broadcasts and halt in `scope`.
    func publishBroadcasts(of scope: Scope) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT body, overAt FROM broadcast JOIN broadcastScope ON broadcast = id
                WHERE scope = ? AND retired = 0 ORDER BY createdAt, id
                """, arguments: [scope.description])
        let broadcasts = try rows.map {
            Composer.Row(
                broadcast: try Self.value(Broadcast.self, $0["body"]), overAt: Timestamp(nanoseconds: $0["overAt"]))
        }
        try publish(Composer.broadcasts(broadcasts, halt: try halt(of: scope), now: now), on: .broadcasts(scope))
    }

    /// Publishes what the ledger says of the schedule of `scope`, if it ever had one.
    func publishSchedule(of scope: Scope) throws {
        guard let schedule = try schedule(of: scope) else { return }
        try publish(Composer.schedule(schedule.programmes), on: .schedule(scope))
    }

    /// Publishes what the ledger and the configuration say of a node.
    func publishSettings(of node: NodeID, _ settings: NodeSettings, defaults: Composer.Common) throws {
        try publish(Composer.settings(settings, common: defaults), on: .settings(node))
    }

    /// Begins a new epoch and signs every document anew in it: after the ledger was restored from a backup, what nodes hold may be
    /// newer than what the ledger remembers.
    ///
    /// The epoch is the present second, so that two restorations from one backup do not begin the same epoch.
    func beginEpoch(defaults: Composer.Common) throws -> Int64 {
        let epoch = max(try epoch() + 1, now.nanoseconds / 1_000_000_000)
        try database.execute(sql: "UPDATE controller SET epoch = ?", arguments: [epoch])
        // Records that were received after the backup are gone here, and the nodes have forgotten them.
        try database.execute(sql: "UPDATE journal SET forgiving = 1")
        for topic in try String.fetchAll(database, sql: "SELECT topic FROM document") {
            switch Topic(topic) {
            case .broadcasts(let scope): try publishBroadcasts(of: scope)
            case .schedule(let scope): try publishSchedule(of: scope)
            case .settings(let node):
                if let row = try self.node(node) { try publishSettings(of: node, row.settings, defaults: defaults) }
            default: break
            }
        }
        return epoch
    }
}
