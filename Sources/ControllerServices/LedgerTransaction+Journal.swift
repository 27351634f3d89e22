import Broadcasting
import ControllerAPI
import FoundationEssentials
import GRDB

/// What nodes told: records once each, the unreadable ones beside them, and how far each journal is complete.
extension LedgerTransaction {
    /// A gap that has not been filled for this many seconds, while the node sent this many batches, will not be: the node no longer has
    /// what is missing.
    static let gapPatience = (seconds: 3600.0, batches: 8)
    /// Unreadable things without a place in a journal that are kept of one node.
    static let maximumUnplaced = 1000

    /// What a batch brought.
    struct Ingest: Sendable {
        var node: NodeID
        var journal: JournalID
        /// The records that were new.
        var records: [JournalRecord] = []
        var unreadable: [UnreadableRecord] = []
        /// How the occurrences of broadcasts that the new records speak of stand now.
        var playbacks: [Playback] = []
        /// The same of programmes.
        var programmes: [ProgrammePlayback] = []
        /// The highest sequence up to which the journal is durable here without a gap; 0 for none.
        var through: Int64 = 0
    }

    /// Takes a batch in, each record once and on its own: what cannot be read is set aside and holds nothing up.
    func ingest(_ batch: ReceivedJournalBatch) throws -> Ingest {
        var result = Ingest(node: batch.node, journal: batch.journal)
        try database.execute(
            sql: "INSERT OR IGNORE INTO journal (node, journal, through, firstHeard) VALUES (?, ?, 0, ?)",
            arguments: [batch.node.rawValue, batch.journal.rawValue, now.nanoseconds])
        for received in batch.records {
            switch received {
            case .record(let record):
                if let reason = try insert(record, of: batch) {
                    try setAside(record, reason: reason, batch: batch, into: &result)
                } else if database.changesCount > 0 {
                    result.records.append(record)
                }
            case .unreadable(let sequence, let raw, let reason):
                let aside = UnreadableRecord(
                    node: batch.node, journal: batch.journal, sequence: sequence, receivedAt: now, reason: reason,
                    raw: try Self.json(raw))
                if try setAside(aside) { result.unreadable.append(aside) }
            }
        }
        for cue in Set(result.records.compactMap(\.cue)).sorted() {
            try derive(cue, of: batch.node, into: &result)
        }
        result.through = try advance(batch, into: &result)
        return result
    }

    /// Writes a record unless it is there; `changesCount` tells.
    ///
    /// - Returns: why the record cannot be taken, or nil.
    private func insert(_ record: JournalRecord, of batch: ReceivedJournalBatch) throws -> String? {
        let place: StatementArguments = [batch.node.rawValue, batch.journal.rawValue, record.sequence]
        let body = try Self.json(record)
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO record (node, journal, sequence, receivedAt, cue, body) VALUES (?, ?, ?, ?, ?, ?)
                """, arguments: place + [now.nanoseconds, record.cue?.description, body])
        guard database.changesCount == 0 else { return nil }
        let held = try String.fetchOne(
            database, sql: "SELECT body FROM record WHERE node = ? AND journal = ? AND sequence = ?", arguments: place)
        // A version of the controller that knows more fields reads more of the same record.
        guard held != body, let held, let known = try? Self.value(JournalRecord.self, held) else { return nil }
        return known.isReport(ofTheSameAs: record) ? nil : "another record has this place already"
    }

    private func setAside(
        _ record: JournalRecord, reason: String, batch: ReceivedJournalBatch, into result: inout Ingest
    ) throws {
        let aside = UnreadableRecord(
            node: batch.node, journal: batch.journal, sequence: record.sequence, receivedAt: now, reason: reason,
            raw: try Self.json(record))
        if try setAside(aside) { result.unreadable.append(aside) }
    }

    /// Keeps what cannot be read, cut to 4,000 characters.
    ///
    /// - Returns: whether it is new.
    func setAside(_ record: UnreadableRecord) throws -> Bool {
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO unreadable (node, journal, sequence, receivedAt, reason, raw) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                record.node.rawValue, record.journal?.rawValue, record.sequence, record.receivedAt.nanoseconds,
                record.reason, String(record.raw.prefix(4000)),
            ])
        let isNew = database.changesCount > 0
        if record.sequence == nil {
            try database.execute(
                sql: """
                    DELETE FROM unreadable WHERE id IN (SELECT id FROM unreadable WHERE node = ? AND sequence IS NULL
                    ORDER BY id DESC LIMIT -1 OFFSET ?)
                    """, arguments: [record.node.rawValue, Self.maximumUnplaced])
        }
        return isNew
    }

    /// Reads all that a node told of a cue, in order, and writes down what it comes to.
    private func derive(_ cue: CueID, of node: NodeID, into result: inout Ingest) throws {
        if let (broadcast, number) = cue.broadcast, number >= 0 {
            let playback = Playback(
                node: node, broadcast: broadcast, occurrence: number, course: try history(of: cue, at: node).course)
            try database.execute(
                sql: "INSERT OR REPLACE INTO playback (broadcast, node, occurrence, body) VALUES (?, ?, ?, ?)",
                arguments: [broadcast.rawValue, node.rawValue, number, try Self.json(playback)])
            result.playbacks.append(playback)
        } else if let (programme, localStart, fold) = cue.programme {
            let history = try history(of: cue, at: node)
            var playback = ProgrammePlayback(
                node: node, programme: programme, localStart: localStart, fold: fold, course: history.course)
            playback.title = history.title
            try put(playback)
            result.programmes.append(playback)
        }
    }

    private func history(of cue: CueID, at node: NodeID) throws -> PlaybackHistory {
        var history = PlaybackHistory()
        let bodies = try String.fetchCursor(
            database,
            sql: """
                SELECT body FROM record JOIN journal USING (node, journal) WHERE cue = ? AND node = ?
                ORDER BY firstHeard, journal, sequence
                """, arguments: [cue.description, node.rawValue])
        while let body = try bodies.next() { history.add(try Self.value(JournalRecord.self, body)) }
        return history
    }

    /// Moves a journal's mark over everything that is there without a gap.
    ///
    /// A gap stops it, unless the ledger came from a backup since (the node then has forgotten what was receipted to the controller that
    /// was lost), or the gap has outlived its patience. Then what is missing is reported and passed over.
    private func advance(_ batch: ReceivedJournalBatch, into result: inout Ingest) throws -> Int64 {
        let key: StatementArguments = [batch.node.rawValue, batch.journal.rawValue]
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM journal WHERE node = ? AND journal = ?", arguments: key)
        else { return 0 }
        var through: Int64 = row["through"]
        let before = through
        var next = try next(after: &through, key)
        let gapSince = Self.time(row["gapSince"]) ?? now
        let batches: Int = (row["gapBatches"] as Int) + 1
        let isHopeless = batches > Self.gapPatience.batches && now.seconds(since: gapSince) > Self.gapPatience.seconds
        if let present = next, row["forgiving"] || (isHopeless && through == before) {
            let missing = UnreadableRecord(
                node: batch.node, journal: batch.journal, sequence: through + 1, receivedAt: now,
                reason: "the records \(through + 1) to \(present - 1) never came, and the node no longer has them",
                raw: "")
            if try setAside(missing) { result.unreadable.append(missing) }
            through = present - 1
            next = try self.next(after: &through, key)
        }
        let isStuck = next != nil && through == before
        try database.execute(
            sql: """
                UPDATE journal SET through = ?, gapSince = ?, gapBatches = ?, forgiving = 0 WHERE node = ? AND journal = ?
                """,
            arguments: [through, next == nil ? nil : (isStuck ? gapSince : now).nanoseconds, isStuck ? batches : 0]
                + key)
        return through
    }

    /// Counts `through` up over what is there, and returns the first sequence after the gap, if there is one.
    private func next(after through: inout Int64, _ key: StatementArguments) throws -> Int64? {
        let sequences = try Int64.fetchCursor(
            database,
            sql: """
                SELECT sequence FROM record WHERE node = ?1 AND journal = ?2 AND sequence > ?3
                UNION SELECT sequence FROM unreadable WHERE node = ?1 AND journal = ?2 AND sequence > ?3
                ORDER BY sequence
                """, arguments: key + [through])
        while let sequence = try sequences.next() {
            guard sequence == through + 1 else { return sequence }
            through = sequence
        }
        return nil
    }

    // MARK: - Reading

    /// The newest records of a node, newest first.
    func journal(of node: NodeID, limit: Int) throws -> [JournalEntry] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT journal, receivedAt, body FROM record WHERE node = ?
                ORDER BY receivedAt DESC, journal, sequence DESC LIMIT ?
                """, arguments: [node.rawValue, limit]
        ).map {
            JournalEntry(
                node: node, journal: JournalID(unchecked: $0["journal"]),
                record: try Self.value(JournalRecord.self, $0["body"]),
                receivedAt: Timestamp(nanoseconds: $0["receivedAt"]))
        }
    }

    /// The newest things that could not be read, newest first.
    func unreadable(limit: Int) throws -> [UnreadableRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM unreadable ORDER BY id DESC LIMIT ?", arguments: [limit]).map {
            UnreadableRecord(
                node: NodeID(unchecked: $0["node"]),
                journal: ($0["journal"] as String?).map { JournalID(unchecked: $0) },
                sequence: $0["sequence"], receivedAt: Timestamp(nanoseconds: $0["receivedAt"]), reason: $0["reason"],
                raw: $0["raw"])
        }
    }

    func unreadableCount() throws -> Int {
        try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM unreadable") ?? 0
    }
}

extension JournalRecord {
    /// Whether both are of one happening, whatever each tells of it.
    fileprivate func isReport(ofTheSameAs other: JournalRecord) -> Bool {
        guard (at, monotonic, boot) == (other.at, other.monotonic, other.boot), cue == other.cue else { return false }
        return switch (event, other.event) {
        case (.playback(let one), .playback(let two)): one.kind == two.kind
        case (.node(let one), .node(let two)): one.kind == two.kind
        default: false
        }
    }

    /// The cue that the record speaks of.
    var cue: CueID? {
        if case .playback(let event) = self.event { event.cue } else { nil }
    }
}
