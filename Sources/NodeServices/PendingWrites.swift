import Broadcasting
import FoundationEssentials
import NodeStore

/// What is to be written down, and what the disk has not taken yet.
///
/// While the disk takes everything, each write is one transaction. What it refuses is kept, and written when it takes again: each
/// record once, in order; of each topic the newest document.
struct PendingWrites: Sendable {
    /// Writes all that it is given, or throws and writes nothing.
    typealias Commit = (StoredDocument?, _ memory: Data?, [JournalEvent], JournalStamp) throws -> Void

    private var records: [(events: [JournalEvent], stamp: JournalStamp)] = []
    private var documents: [String: StoredDocument] = [:]
    private var count = 0

    /// Records that are kept at the most; then the oldest are lost.
    static let limit = 10_000
    /// Groups of kept records that one write takes up: what is to sound now waits for it.
    static let groupsAtOnce = 20

    var isEmpty: Bool { records.isEmpty && documents.isEmpty }

    /// Writes what is given and what was kept.
    /// - Throws: what `commit` throws; then events and document are kept, and the memory is to be given again.
    mutating func write(
        _ events: [JournalEvent], document: StoredDocument?, memory: Data?, stamp: JournalStamp, commit: Commit
    ) throws {
        if isEmpty {
            do {
                return try commit(document, memory, events, stamp)
            } catch {
                keep(events, stamp, document)
                throw error
            }
        }
        keep(events, stamp, document)
        // The memory first: a record that is late is better than a cue that sounds twice.
        if memory != nil { try commit(nil, memory, [], stamp) }
        for (topic, document) in documents {
            try commit(document, nil, [], stamp)
            documents[topic] = nil
        }
        for _ in 0..<Self.groupsAtOnce {
            guard let group = records.first else { return }
            try commit(nil, nil, group.events, group.stamp)
            records.removeFirst()
            count -= group.events.count
        }
    }

    /// Keeps records that are to be written when the disk takes again.
    mutating func add(_ events: [JournalEvent], stamp: JournalStamp) { keep(events, stamp, nil) }

    private mutating func keep(_ events: [JournalEvent], _ stamp: JournalStamp, _ document: StoredDocument?) {
        if let document { documents[document.topic] = document }
        guard !events.isEmpty else { return }
        records.append((events, stamp))
        count += events.count
        while count > Self.limit, records.count > 1 { count -= records.removeFirst().events.count }
    }
}
