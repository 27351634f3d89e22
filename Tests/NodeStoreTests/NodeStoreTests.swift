import Broadcasting
import Foundation
import NodeStore
import Testing

@Suite struct NodeStoreTests {
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "loa-store-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private let stamp = JournalStamp(at: Timestamp(nanoseconds: 1), monotonic: 2, boot: "b", clockTrusted: true)

    private func event(_ text: String) -> JournalEvent { .node(NodeEvent(.booted, reason: Reason(.withdrawn, text))) }

    @Test func `what was committed is there after the next opening, under the same journal`() throws {
        let document = StoredDocument(topic: "t", revision: Revision(epoch: 2, number: 5), compact: Data("x.y.z".utf8))
        let journal: JournalID
        do {
            let store = try NodeStore(folder: folder)
            journal = store.journal
            try store.commit(
                document: document, memory: Data("m".utf8), events: [event("a"), event("b")], stamp: stamp)
        }
        let store = try NodeStore(folder: folder)
        #expect(store.journal == journal)
        #expect(store.session == 2)
        #expect(try store.documents() == [document])
        #expect(try store.memory() == Data("m".utf8))
        let records = try store.records(after: 0, limit: 10).map { try Wire.decode(JournalRecord.self, from: $0.json) }
        #expect(records.map(\.sequence) == [1, 2])
        #expect(records.map(\.event) == [event("a"), event("b")])
    }

    @Test func `whether the latest commit of a boot trusted the clock is there after the next opening`() throws {
        let lost = JournalStamp(at: stamp.at, monotonic: 3, boot: stamp.boot, clockTrusted: false)
        let steps = [(lost, nil), (stamp, "b"), (stamp, "b"), (lost, nil)]
        for (stamp, expected) in steps {
            let store = try NodeStore(folder: folder)
            try store.commit(events: [event("a")], stamp: stamp)
            #expect(store.trustedBoot == expected)
            #expect(try NodeStore(folder: folder).trustedBoot == expected)
        }
    }

    @Test func `a sequence is never given twice, also when all records were receipted and the program restarted`()
        throws
    {
        do {
            let store = try NodeStore(folder: folder)
            try store.commit(events: [event("a"), event("b")], stamp: stamp)
            try store.forget(through: 2)
            #expect(try store.depth() == 0)
        }
        let store = try NodeStore(folder: folder)
        #expect(try store.commit(events: [event("c")], stamp: stamp).map(\.sequence) == [3])
    }

    @Test func `where nothing can be written the store is one of memory that says so, with a journal of its own`()
        throws
    {
        let document = StoredDocument(topic: "t", revision: Revision(epoch: 2, number: 5), compact: Data("x.y.z".utf8))
        let journal: JournalID
        do {
            let store = try NodeStore(folder: folder)
            journal = store.journal
            #expect(store.unwritable == nil)
            try store.commit(document: document, memory: Data("m".utf8), events: [event("a")], stamp: stamp)
        }
        // A folder in the place of the log's index: the file can be read, and nothing be written, not even by root.
        try FileManager.default.createDirectory(atPath: "\(folder)/node.sqlite-wal", withIntermediateDirectories: false)
        let store = try NodeStore(folder: folder)
        #expect(store.unwritable?.isEmpty == false)
        #expect(store.journal != journal)
        #expect(try store.documents() == [document])
        #expect(try store.memory() == Data("m".utf8))
        #expect(try store.commit(events: [event("b")], stamp: stamp).map(\.sequence) == [1])
        #expect(try NodeStore(folder: folder).depth() == 0, "it lasts as long as the program")
        try FileManager.default.removeItem(atPath: "\(folder)/node.sqlite-wal")
        #expect(
            try NodeStore(folder: folder).records(after: 0, limit: 10).count == 1, "what was on the disk stays there")
    }

    @Test func `a damaged file is set aside, and a new journal begins`() throws {
        let first = try NodeStore(folder: folder).journal
        try Data(repeating: 0x5a, count: 20_000).write(to: URL(filePath: "\(folder)/node.sqlite"))
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(folder)/node.sqlite\(suffix)") }
        let store = try NodeStore(folder: folder)
        #expect(store.journal != first)
        #expect(store.damaged == "\(folder)/node.sqlite.damaged-1")
        #expect(try store.commit(events: [event("a")], stamp: stamp).count == 1)
    }

    @Test func `a folder that is none is an error with the path`() {
        #expect { try NodeStore(folder: "/nowhere") } throws: { "\($0)".contains("/nowhere/node.sqlite") }
    }

    @Test func `the playhead's notes are there for the next program`() throws {
        let path = "\(folder)/playhead"
        let id = try #require(BroadcastID(rawValue: "a"))
        let (first, second) = (CueID(broadcast: id, number: 0), CueID(broadcast: id, number: 1))
        do {
            let playhead = try Playhead(path: path)
            playhead.note(first, frames: 10, rate: 48_000)
            playhead.note(second, frames: 20, rate: 44_100)
            playhead.note(first, frames: 30, rate: 48_000)
            playhead.forget(second)
        }
        #expect(try Playhead(path: path).heard() == [first: Playhead.Heard(frames: 30, rate: 48_000)])
    }

    @Test func `a playhead file full of rubbish counts as empty`() throws {
        let path = "\(folder)/playhead"
        try Data(repeating: 0xff, count: 9000).write(to: URL(filePath: path))
        #expect(try Playhead(path: path).heard().isEmpty)
    }

    @Test func `the log has its room from the start, is brought into the tables when it is long, and never grows`()
        throws
    {
        let log = folder + "/node.sqlite-wal"
        func size() throws -> Int {
            try #require(try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int)
        }
        let store = try NodeStore(folder: folder)
        let reserve = try size()
        #expect(reserve == 1 << 20)
        let memory = Data(repeating: 1, count: 9000)
        var checkpoints = 0
        for number in 0..<300 {
            try store.commit(memory: memory + Data("\(number)".utf8), events: [event("\(number)")], stamp: stamp)
            guard store.isCheckpointDue else { continue }
            try store.checkpoint()
            #expect(!store.isCheckpointDue)
            checkpoints += 1
        }
        #expect(checkpoints > 5)
        #expect(try size() == reserve)
        // As after a power cut: nothing was closed.
        let copy = folder + "/copy"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        for name in ["node.sqlite", "node.sqlite-wal"] {
            try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(copy)/\(name)")
        }
        let survivor = try NodeStore(folder: copy)
        #expect(try survivor.memory() == memory + Data("299".utf8))
        #expect(try survivor.depth() == 300)
    }
}
