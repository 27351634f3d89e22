import Broadcasting
import ControllerAPI
import Foundation
import GRDB
import Testing

@testable import ControllerServices

/// What was done and what follows from it are written together, and last.
@Suite struct LedgerTests {
    private struct Interrupted: Error {}

    @Test func `the file is kept so that a power cut loses nothing`() async throws {
        let bench = try Bench()
        let (journal, synchronous, keys) = try await bench.ledger.write { transaction in
            (
                try String.fetchOne(transaction.database, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(transaction.database, sql: "PRAGMA synchronous"),
                try Int.fetchOne(transaction.database, sql: "PRAGMA foreign_keys")
            )
        }
        #expect(journal == "wal")
        #expect(synchronous == 2)
        #expect(keys == 1)
    }

    @Test func `a transaction that fails leaves neither the deed nor its document`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let before = try await bench.ledger.read { try $0.revisions() }
        await #expect(throws: Interrupted.self) {
            try await bench.ledger.write { transaction in
                let request = BroadcastRequest(audio: [.sample], scopes: [.camGiang])
                let broadcast = try transaction.compose(request)
                try transaction.insert(broadcast, scopes: [.camGiang], request: "", idempotencyKey: nil)
                throw Interrupted()
            }
        }
        #expect(try await bench.ledger.read { try $0.revisions() } == before)
        #expect(try await bench.desk.list(limit: 10).isEmpty)
    }

    @Test func `each change of a topic has the next number, and none without a change`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let topic = Topic.broadcasts(.camGiang)
        func revision() async throws -> Revision? {
            try await bench.ledger.read { try $0.revisions()[topic.description] }
        }
        #expect(try await revision() == Revision(epoch: 1, number: 1))
        let made = try await bench.desk.create(BroadcastRequest(audio: [.sample], scopes: [.camGiang]), key: nil)
        #expect(try await revision() == Revision(epoch: 1, number: 2))
        _ = try await bench.desk.cancel(made.item.id, reason: "wrong text")
        _ = try await bench.desk.cancel(made.item.id, reason: "again")
        #expect(try await revision() == Revision(epoch: 1, number: 3))
        try await bench.ledger.write { try $0.publishBroadcasts(of: .camGiang) }
        #expect(try await revision() == Revision(epoch: 1, number: 3))
        let document = try #require(try await bench.document(topic))
        #expect(document.body.broadcasts.map(\.cancelled?.reason) == ["wrong text"])
    }

    @Test func `a revision that was overtaken while it was sent does not count as sent`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let topic = Topic.broadcasts(.camGiang).description
        let old = try #require(try await bench.ledger.read { try $0.unsent() }.first { $0.topic == topic })
        _ = try await bench.desk.create(BroadcastRequest(audio: [.sample], scopes: [.camGiang]), key: nil)
        try await bench.ledger.write { try $0.markSent(old) }
        let rest = try await bench.ledger.read { try $0.unsent() }
        let new = try #require(rest.first { $0.topic == topic })
        #expect(new.revision.number == 2)
        try await bench.ledger.write { try $0.markSent(new) }
        #expect(try await bench.ledger.read { try $0.unsent() }.allSatisfy { $0.topic != topic })
    }

    @Test func `after a restoration every document is above all that came before`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let before = try await bench.ledger.read { try $0.revisions() }
        let common = bench.registry.common
        let first = try await bench.ledger.write { try $0.beginEpoch(defaults: common) }
        let after = try await bench.ledger.read { try $0.revisions() }
        #expect(after.keys.sorted() == before.keys.sorted())
        for (topic, revision) in after { #expect(revision > before[topic] ?? Revision(epoch: 0, number: 0)) }
        // The same backup may be restored twice: the second epoch is above the first, though the ledger never knew it.
        bench.pass(60)
        let second = try await bench.ledger.write { transaction in
            try transaction.database.execute(sql: "UPDATE controller SET epoch = 1")
            return try transaction.beginEpoch(defaults: common)
        }
        #expect(second > first)
    }

    @Test func `what was written is there when the file is opened again`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let made = try await bench.desk.create(BroadcastRequest(audio: [.sample], scopes: [.camGiang]), key: "k")
        try bench.ledger.close()
        let again = try Bench(bench.folder, signer: bench.signer)
        #expect(try await again.desk.report(made.item.id).item == made.item)
        #expect(try await again.document(.broadcasts(.camGiang))?.body.broadcasts == [made.item.broadcast])
    }

    @Test func `a broadcast leaves its document a day after it was over, not before`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        var request = BroadcastRequest(audio: [.sample], scopes: [.camGiang])
        request.expires = 600
        _ = try await bench.desk.create(request, key: nil)
        // 600 s in which it may start, and 70 s in which it may sound.
        bench.pass(670 + 86_399)
        #expect(try await bench.ledger.write { try $0.retire() } == 0)
        bench.pass(2)
        #expect(try await bench.ledger.write { try $0.retire() } == 1)
        #expect(try await bench.document(.broadcasts(.camGiang))?.body.broadcasts == [])
        #expect(try await bench.ledger.write { try $0.retire() } == 0)
    }

    @Test func `a node that comes into a scope is among those that its broadcasts are for`() async throws {
        let bench = try Bench()
        try await bench.furnish(nodes: ["n1"])
        let made = try await bench.desk.create(BroadcastRequest(audio: [.sample], scopes: [.camGiang]), key: nil)
        _ = try await bench.registry.add(NodeRequest(id: .n2, scopes: [.camGiang]))
        #expect(try await bench.desk.report(made.item.id).playbacks.map(\.node) == [.n1, .n2])
        // It keeps its history when communes merge.
        var change = NodeChange()
        change.scopes = [.named("commune.cam-binh")]
        _ = try await bench.registry.change(.n1, change)
        #expect(try await bench.desk.report(made.item.id).playbacks.map(\.node) == [.n1, .n2])
    }

    @Test func `a token is known by its secret alone, and void when it is deleted`() async throws {
        let bench = try Bench()
        let made = try await bench.ledger.write { try $0.makeToken(name: "phone") }
        #expect(try await bench.ledger.read { try $0.token(secret: made.token) }?.id == made.item.id)
        #expect(try await bench.ledger.read { try $0.token(secret: made.token + "x") } == nil)
        #expect(try await bench.ledger.read { try $0.token(secret: "") } == nil)
        let file = try Data(contentsOf: URL(filePath: bench.state.ledger + "-wal"))
        #expect(file.range(of: Data(made.token.utf8)) == nil)
        #expect(try await bench.ledger.write { try $0.deleteToken(made.item.id) })
        #expect(try await bench.ledger.read { try $0.token(secret: made.token) } == nil)
    }
}
