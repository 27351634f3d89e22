import BroadcastTesting
import Broadcasting
import ControllerAPI
import FoundationEssentials
import Logging
import Messaging
import Testing

@testable import ControllerServices

/// What nodes tell goes into the ledger once, in whatever way it comes.
@Suite struct CollectorTests {
    private let journal = JournalID(unchecked: "j1")

    private func record(_ sequence: Int64, _ event: JournalEvent) -> JournalRecord {
        JournalRecord(
            sequence: sequence, at: Bench.start.advanced(bySeconds: Double(sequence % 1000)), monotonic: 1000,
            boot: "boot", clockTrusted: true, event: event)
    }

    private func booted(_ sequence: Int64) -> JournalRecord { record(sequence, .node(NodeEvent(.booted))) }

    private func batch(
        _ records: [JournalRecord], of node: NodeID = .n1, by topic: NodeID? = nil, journal: String = "j1"
    ) throws -> Message {
        let batch = JournalBatch(node: node, journal: JournalID(unchecked: journal), records: records)
        return Message(topic: Topic.journal(topic ?? node).description, payload: Array(try Wire.encode(batch)))
    }

    private func raw(_ records: String, of node: NodeID = .n1) -> Message {
        let json = #"{"node":"\#(node)","journal":"j1","records":[\#(records)]}"#
        return Message(topic: Topic.journal(node).description, payload: Array(json.utf8))
    }

    /// How far the receipts reach, by journal.
    private func reach(_ receipts: [Message]) throws -> [String: Int64] {
        var reach: [String: Int64] = [:]
        for message in receipts {
            let receipt = try Wire.decode(Receipt.self, from: Data(message.payload))
            #expect(message.topic == Topic.receipt(.n1).description)
            #expect(!message.retain)
            reach[receipt.journal.rawValue] = receipt.through
        }
        return reach
    }

    private func kept(_ bench: Bench) async throws -> [Int64] {
        try await bench.registry.journal(.n1, limit: 1000).map(\.record.sequence).sorted()
    }

    @Test func `records that come again are kept once, and receipted again`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let message = try batch((1...5).map(booted))
        #expect(try reach(await bench.collector.take([message])) == ["j1": 5])
        #expect(try reach(await bench.collector.take([message, message])) == ["j1": 5])
        #expect(try await kept(bench) == [1, 2, 3, 4, 5])
    }

    @Test func `batches in the wrong order come to the same, and a gap is not receipted past`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        #expect(try reach(await bench.collector.take([try batch([booted(4), booted(5)])])) == [:])
        #expect(try reach(await bench.collector.take([try batch([booted(1)])])) == ["j1": 1])
        #expect(try reach(await bench.collector.take([try batch([booted(3), booted(2)])])) == ["j1": 5])
        #expect(try await kept(bench) == [1, 2, 3, 4, 5])
    }

    @Test func `one record that cannot be read is set aside, and the others go on`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let good = try [1, 3].map { String(decoding: try Wire.encode(booted($0)), as: UTF8.self) }
        let message = raw(#"\#(good[0]),{"sequence":2,"kind":"from the future"},\#(good[1]),17"#)
        #expect(try reach(await bench.collector.take([message])) == ["j1": 3])
        _ = try await bench.collector.take([message])
        let aside = try await bench.ledger.read { try $0.unreadable(limit: 10) }
        #expect(Set(aside.map(\.sequence)) == [nil, 2])
        #expect(aside.allSatisfy { $0.node == .n1 && $0.journal == journal && !$0.reason.isEmpty })
        #expect(aside.contains { $0.raw.contains("from the future") })
        #expect(try await kept(bench) == [1, 3])
        #expect(bench.log.lines.contains { $0.level == .warning && $0.metadata["sequence"] == "2" })
    }

    @Test func `a batch that cannot be read at all holds nothing up`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let noise = Message(topic: Topic.journal(.n1).description, payload: [0xff, 0x00, 0x7b])
        #expect(try reach(await bench.collector.take([noise, try batch([booted(1)])])) == ["j1": 1])
        #expect(try await bench.ledger.read { try $0.unreadableCount() } == 1)
    }

    @Test func `hostile shapes are set aside, and the journal goes on`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let deep = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
        let shapes = [
            deep, "null", "true", "{}", #"{"sequence":-1}"#, #"{"sequence":0}"#, #"{"sequence":1e300}"#,
            #"{"sequence":1.5}"#, #"{"sequence":"2"}"#, #"{"sequence":2,"sequence":2}"#,
        ]
        let good = String(decoding: try Wire.encode(booted(1)), as: UTF8.self)
        let bottomless = String(repeating: "[", count: 100_000)
        for payload in [
            raw(shapes.joined(separator: ",") + "," + good), raw(bottomless), raw(#"{"sequence":3,"x":"\ud800"}"#),
        ] {
            _ = try await bench.collector.take([payload])
        }
        #expect(try reach(await bench.collector.take([try batch([booted(1)])])) == ["j1": 2])
        #expect(try await kept(bench) == [1])
        #expect(try await bench.ledger.read { try $0.unreadableCount() } >= shapes.count)
    }

    @Test func `the highest sequence that there is does no harm`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        _ = try await bench.collector.take([try batch([booted(.max), booted(.max - 1), booted(1)])])
        bench.pass(4000)
        for _ in 0..<10 { _ = try await bench.collector.take([try batch([booted(.max)])]) }
        let reached = try reach(await bench.collector.take([try batch([booted(.max)])]))
        #expect(reached == ["j1": .max])
    }

    @Test func `another record in a place that is taken does not replace the first`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        _ = try await bench.collector.take([try batch([booted(1)])])
        _ = try await bench.collector.take([try batch([record(1, .node(NodeEvent(.stopping)))])])
        let entries = try await bench.registry.journal(.n1, limit: 10)
        #expect(entries.map(\.record) == [booted(1)])
        #expect(try await bench.ledger.read { try $0.unreadable(limit: 10) }.map(\.sequence) == [1])
    }

    @Test func `a record that comes again with more fields than were known when it first came is the same`()
        async throws
    {
        let bench = try Bench()
        try await bench.furnish()
        let cue = CueID(broadcast: BroadcastID(unchecked: "b"), number: 0)
        var event = PlaybackEvent(.started, cue)
        _ = try await bench.collector.take([try batch([record(1, .playback(event))])])
        event.offset = 12
        #expect(try reach(await bench.collector.take([try batch([record(1, .playback(event))])])) == ["j1": 1])
        #expect(try await bench.ledger.read { try $0.unreadableCount() } == 0)
        event.kind = .resumed
        _ = try await bench.collector.take([try batch([record(1, .playback(event))])])
        #expect(try await bench.ledger.read { try $0.unreadableCount() } == 1)
    }

    @Test func `a node speaks only of itself`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let finished = record(
            1,
            .playback(PlaybackEvent(.finished, CueID(broadcast: BroadcastID(unchecked: "b"), number: 0), final: true)))
        #expect(try await bench.collector.take([try batch([finished], of: .n2, by: .n1)]).isEmpty)
        #expect(try await bench.registry.journal(.n2, limit: 10).isEmpty)
        #expect(try await bench.ledger.read { try $0.unreadable(limit: 10) }.map(\.node) == [.n1])
    }

    @Test func `what a stranger sends is left with him`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let stranger = NodeID(unchecked: "stranger")
        let messages = [
            try batch([booted(1)], of: stranger),
            Message(topic: "loa/v1/nodes/../journal", payload: [1]), Message(topic: "other", payload: [1]),
        ]
        #expect(try await bench.collector.take(messages).isEmpty)
        #expect(try await bench.ledger.read { try $0.unreadableCount() } == 0)
        #expect(bench.log.lines.filter { $0.metadata["node"] == "stranger" }.count == 1)
    }

    @Test func `two journals of one node do not disturb each other`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let messages = [try batch([booted(1), booted(2)]), try batch([booted(1)], journal: "j2")]
        #expect(try reach(await bench.collector.take(messages)) == ["j1": 2, "j2": 1])
    }

    @Test func `the state of an occurrence does not depend on the order in which its records came`() async throws {
        let records = [
            PlaybackEvent.Kind.accepted, .fetched, .started, .interrupted, .resumed, .finished,
        ]
        for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 5, 0, 2, 4, 1]] {
            let bench = try Bench()
            try await bench.furnish()
            let made = try await bench.desk.create(BroadcastRequest(audio: [.sample], scopes: [.camGiang]), key: nil)
            let cue = CueID(broadcast: made.item.id, number: 0)
            for index in order {
                let event = PlaybackEvent(records[index], cue, final: records[index] == .finished)
                _ = try await bench.collector.take([try batch([record(Int64(index + 1), .playback(event))])])
            }
            let row = try #require(try await bench.desk.report(made.item.id).playbacks.first { $0.node == .n1 })
            #expect(row.state == .finished)
            #expect(row.final)
            #expect(row.interruptions == 1)
            #expect(row.startedAt == Bench.start.advanced(bySeconds: 3))
        }
    }

    @Test func `after a restoration a journal goes on where the node still has it`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let common = bench.registry.common
        _ = try await bench.collector.take([try batch([booted(1), booted(2)])])
        _ = try await bench.ledger.write { try $0.beginEpoch(defaults: common) }
        // 3 to 6 were receipted to the controller that was lost.
        #expect(try reach(await bench.collector.take([try batch([booted(7), booted(8)])])) == ["j1": 8])
        #expect(try await bench.ledger.read { try $0.unreadable(limit: 10) }.first?.reason.contains("3 to 6") == true)
        // Once only: a later gap holds again.
        #expect(try reach(await bench.collector.take([try batch([booted(10)])])) == ["j1": 8])
    }

    @Test func `a gap that a node can no longer fill does not hold its journal for ever`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let message = try batch([booted(3)])
        for _ in 0..<8 {
            #expect(try await bench.collector.take([message]).isEmpty)
            bench.pass(60)
        }
        bench.pass(3600)
        #expect(try reach(await bench.collector.take([message])) == ["j1": 3])
    }

    @Test func `time alone, or batches alone, do not make a gap hopeless`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let message = try batch([booted(3)])
        for _ in 0..<20 { #expect(try await bench.collector.take([message]).isEmpty) }
        let other = try Bench()
        try await other.furnish()
        #expect(try await other.collector.take([message]).isEmpty)
        other.pass(100_000)
        #expect(try await other.collector.take([message]).isEmpty)
        #expect(try reach(await other.collector.take([try batch([booted(1), booted(2)])])) == ["j1": 3])
    }

    @Test func `presence and health come to the state of the node`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        func say(_ state: Presence.State, session: Int64, retained: Bool = false) async throws {
            let presence = Presence(node: .n1, state: state, boot: "boot", session: session, at: bench.now)
            _ = try await bench.collector.take([
                Message(
                    topic: Topic.presence(.n1).description, payload: Array(try Wire.encode(presence)), retain: retained)
            ])
        }
        #expect(try await bench.registry.show(.n1).state == .new)
        try await say(.online, session: 2)
        #expect(try await bench.registry.show(.n1).state == .connected)
        // The will of the session before comes late.
        bench.pass(1)
        try await say(.lost, session: 1)
        #expect(try await bench.registry.show(.n1).state == .connected)
        try await say(.lost, session: 2)
        #expect(try await bench.registry.show(.n1).state == .lost)
        bench.pass(1)
        try await say(.online, session: 3)
        #expect(try await bench.registry.show(.n1).state == .connected)
        bench.pass(91)
        try await say(.online, session: 3, retained: true)
        #expect(try await bench.registry.show(.n1).state == .lost)
    }

    @Test func `a failure of the ledger takes nothing, so that nodes send it again`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let collector = bench.collector
        try bench.ledger.close()
        await #expect(throws: (any Error).self) { try await collector.take([try batch([booted(1)])]) }
        let again = try Bench(bench.folder, signer: bench.signer)
        #expect(try reach(await again.collector.take([try batch([booted(1)])])) == ["j1": 1])
    }
}
