import Broadcasting
import FoundationEssentials
import NodeStore
import Testing

@testable import NodeServices

@Suite struct PendingWritesTests {
    /// A disk that takes so many writes, and then none.
    private struct Disk {
        var takes = Int.max
        var counts: [Int] = []
        var topics: [String] = []
        var memories: [Data] = []

        struct Full: Error {}

        mutating func commit(_ document: StoredDocument?, _ memory: Data?, _ events: [JournalEvent]) throws {
            guard takes > 0 else { throw Full() }
            takes -= 1
            for case .node(let event) in events { counts.append(event.count ?? 0) }
            if let document { topics.append("\(document.topic) \(document.revision)") }
            if let memory { memories.append(memory) }
        }
    }

    private var pending = PendingWrites()
    private var disk = Disk()

    private mutating func write(_ count: Int, document: StoredDocument? = nil, memory: Data? = nil) {
        var event = NodeEvent(.xrun)
        event.count = count
        let stamp = JournalStamp(at: Timestamp(nanoseconds: 0), monotonic: 0, boot: "b", clockTrusted: true)
        do {
            try pending.write([.node(event)], document: document, memory: memory, stamp: stamp) {
                document, memory, events, _ in
                try disk.commit(document, memory, events)
            }
        } catch {
            #expect(error is Disk.Full)
        }
    }

    private func document(_ number: Int64) -> StoredDocument {
        StoredDocument(topic: "t", revision: Revision(epoch: 1, number: number), compact: Data())
    }

    @Test mutating func `what a full disk refused is written once, in order, however often the disk fails again`() {
        disk.takes = 1
        for count in 1...5 { write(count) }
        #expect(disk.counts == [1])
        disk.takes = 2
        write(6)
        #expect(disk.counts == [1, 2, 3])
        disk.takes = .max
        write(7)
        #expect(disk.counts == [1, 2, 3, 4, 5, 6, 7])
        #expect(pending.isEmpty)
    }

    @Test mutating func `a document that a full disk refused is written later, the newest of its topic`() {
        disk.takes = 0
        write(1, document: document(1))
        write(2, document: document(2))
        disk.takes = .max
        write(3)
        #expect(disk.topics == ["t 1.2"])
        #expect(disk.counts == [1, 2, 3])
    }

    @Test mutating func `after a long fault one write takes few of the kept records, and the memory first`() {
        disk.takes = 0
        for count in 1...1000 { write(count) }
        disk.takes = .max
        write(1001, memory: Data("m".utf8))
        #expect(disk.memories == [Data("m".utf8)])
        #expect(disk.counts == Array(1...PendingWrites.groupsAtOnce))
        #expect(!pending.isEmpty)
    }

    @Test mutating func `no more than the limit is kept, and the newest of it`() {
        disk.takes = 0
        for count in 1...(PendingWrites.limit + 5) { write(count) }
        disk.takes = .max
        write(0)
        #expect(disk.counts.first == 7)
    }
}
