import Broadcasting
import FoundationEssentials
import Logging
import Messaging
import RuntimeSupport
import Testing

@testable import NodeServices
@testable import NodeStore

@Suite struct JournalSenderTests {
    /// A journal on one side, and on the other a broker that may refuse.
    private final class World: Sendable {
        let records = Locked<[StoredRecord]>([])
        let refuses = Locked(false)
        let sent: AsyncStream<[Int64]>
        private let sink: AsyncStream<[Int64]>.Continuation

        struct Refusal: Error {}

        init() { (sent, sink) = AsyncStream.makeStream() }

        func append(_ sequences: ClosedRange<Int64>) {
            records.withLock { records in
                records += sequences.map { StoredRecord(sequence: $0, json: Data(#"{"sequence":\#($0)}"#.utf8)) }
            }
        }

        private struct Batch: Decodable {
            var node: NodeID
            var journal: JournalID
            var records: [Record]
            struct Record: Decodable { var sequence: Int64 }
        }

        func publish(_ message: Message) throws {
            if refuses.withLock({ $0 }) { throw Refusal() }
            let batch = try Wire.decode(Batch.self, from: Data(message.payload))
            #expect(message.topic == "loa/v1/nodes/cl-01/journal")
            #expect(batch.journal.rawValue == "j1")
            sink.yield(batch.records.map(\.sequence))
        }

        func sender() -> JournalSender {
            JournalSender(
                // Nothing is to be sent again because a test had to wait for its turn.
                node: NodeID(unchecked: "cl-01"), journal: JournalID(unchecked: "j1"), patience: .seconds(3600),
                logger: Logger(label: "test"),
                read: { after, limit in
                    self.records.withLock { Array($0.filter { $0.sequence > after }.prefix(limit)) }
                },
                forget: { through in self.records.withLock { $0.removeAll { $0.sequence <= through } } },
                publish: { try self.publish($0) })
        }
    }

    private func run(_ sender: JournalSender, _ body: () async throws -> Void) async rethrows {
        let task = Task { await sender.run() }
        defer { task.cancel() }
        try await body()
    }

    @Test func `records go out in batches, in order, and are forgotten with their receipt`() async {
        let world = World()
        world.append(1...250)
        let sender = world.sender()
        await run(sender) {
            await sender.connected()
            var sent = world.sent.makeAsyncIterator()
            #expect(await sent.next() == Array(1...100))
            #expect(await sent.next() == Array(101...200))
            #expect(await sent.next() == Array(201...250))
            await sender.receipted(Receipt(journal: JournalID(unchecked: "j1"), through: 240))
            #expect(world.records.withLock { $0.map(\.sequence) } == Array(241...250))
            world.append(251...251)
            sender.grew()
            #expect(await sent.next() == [251])
        }
    }

    @Test func `after a new connection all that has no receipt is sent again`() async {
        let world = World()
        world.append(1...5)
        let sender = world.sender()
        await run(sender) {
            await sender.connected()
            var sent = world.sent.makeAsyncIterator()
            #expect(await sent.next() == [1, 2, 3, 4, 5])
            await sender.receipted(Receipt(journal: JournalID(unchecked: "j1"), through: 2))
            await sender.connected()
            #expect(await sent.next() == [3, 4, 5])
        }
    }

    @Test func `no more than a window of records is under way`() async {
        let world = World()
        world.append(1...3000)
        let sender = world.sender()
        await run(sender) {
            await sender.connected()
            var sent = world.sent.makeAsyncIterator()
            var last: Int64 = 0
            while last < JournalSender.window, let batch = await sent.next() { last = batch.last ?? last }
            #expect(last == JournalSender.window)
            await sender.receipted(Receipt(journal: JournalID(unchecked: "j1"), through: last))
            #expect(await sent.next()?.first == last + 1)
        }
    }

    @Test func `another journal's receipt, or an older one, changes nothing`() async {
        let world = World()
        world.append(1...3)
        let sender = world.sender()
        await sender.flush()
        await sender.receipted(Receipt(journal: JournalID(unchecked: "j0"), through: 3))
        #expect(world.records.withLock { $0.count } == 3)
        await sender.receipted(Receipt(journal: JournalID(unchecked: "j1"), through: 2))
        await sender.receipted(Receipt(journal: JournalID(unchecked: "j1"), through: 1))
        #expect(world.records.withLock { $0.map(\.sequence) } == [3])
    }

    @Test func `a receipt for what was never sent makes the journal forget nothing, and keeps nothing from being sent`()
        async
    {
        let world = World()
        world.append(1...3)
        let sender = world.sender()
        await run(sender) {
            await sender.receipted(Receipt(journal: JournalID(unchecked: "j1"), through: .max))
            #expect(world.records.withLock { $0.count } == 3)
            await sender.connected()
            var sent = world.sent.makeAsyncIterator()
            #expect(await sent.next() == [1, 2, 3])
            await sender.receipted(Receipt(journal: JournalID(unchecked: "j1"), through: 4))
            #expect(world.records.withLock { $0.count } == 3)
        }
    }
}
