import Broadcasting
import ControllerAPI
import Messaging
import RuntimeSupport
import Testing

@testable import ControllerServices

/// From the outbox to the broker.
@Suite struct PublisherTests {
    /// Stands where the broker's client does: tells what was published, and acknowledges when it is told to.
    private final class Line: Sendable {
        let published: AsyncStream<Message>
        private let continuation: AsyncStream<Message>.Continuation
        private let refused = Locked<Set<String>>([])

        init() { (published, continuation) = AsyncStream.makeStream() }

        func refuse(_ topics: Set<String>) { refused.withLock { $0 = topics } }

        func publish(_ message: Message) async throws {
            continuation.yield(message)
            if refused.withLock({ $0.contains(message.topic) }) { throw MessagingError.timedOut }
        }
    }

    /// Runs a publisher beside `body`.
    private func publishing(
        _ bench: Bench, _ line: Line, log: LogLines = LogLines(),
        _ body: @Sendable (Publisher) async throws -> Void
    ) async throws {
        let publisher = Publisher(ledger: bench.ledger, logger: log.logger) { try await line.publish($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            try await body(publisher)
            group.cancelAll()
        }
    }

    @Test func `each document is published once, retained, and then counts as sent`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let line = Line()
        let expected = try await bench.ledger.read { try $0.unsent() }
        try await publishing(bench, line) { publisher in
            await publisher.connected()
            var published: [String: Message] = [:]
            for await message in line.published {
                published[message.topic] = message
                if published.count == expected.count { break }
            }
            for document in expected {
                let message = try #require(published[document.topic])
                #expect(message.retain)
                #expect(message.qos == .atLeastOnce)
                #expect(message.payload == Array(document.compact.utf8))
            }
        }
    }

    @Test func `all documents are published again on each connection`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let line = Line()
        let count = try await bench.ledger.read { try $0.unsent() }.count
        try await publishing(bench, line) { publisher in
            var messages = line.published.makeAsyncIterator()
            for _ in 0..<2 {
                await publisher.connected()
                var topics: Set<String> = []
                while topics.count < count, let message = await messages.next() { topics.insert(message.topic) }
                #expect(topics.count == count)
                await publisher.disconnected()
            }
        }
    }

    @Test func `what was done last goes first`() async throws {
        let bench = try Bench()
        try await bench.furnish(nodes: (1...30).map { "n\($0)" })
        bench.pass(1)
        _ = try await bench.desk.create(
            BroadcastRequest(audio: [.sample], scopes: [.camGiang], class: .emergency), key: nil)
        let first = try #require(try await bench.ledger.read { try $0.unsent() }.first)
        #expect(first.topic == Topic.broadcasts(.camGiang).description)
    }

    @Test func `a document that the broker refuses holds no other up, and is tried again`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let line = Line()
        let log = LogLines()
        let topic = Topic.settings(.n1).description
        line.refuse([topic])
        let count = try await bench.ledger.read { try $0.unsent() }.count
        try await publishing(bench, line, log: log) { publisher in
            var messages = line.published.makeAsyncIterator()
            await publisher.connected()
            var topics: Set<String> = []
            while topics.count < count, let message = await messages.next() { topics.insert(message.topic) }
            line.refuse([])
            for await text in log.lines where text.contains("not published") { break }
            await publisher.retry()
            while let message = await messages.next(), message.topic != topic { continue }
        }
    }

    @Test func `what is done while connected is published at once`() async throws {
        let bench = try Bench()
        try await bench.furnish()
        let line = Line()
        try await publishing(bench, line) { publisher in
            await publisher.connected()
            let made = try await bench.desk.create(
                BroadcastRequest(audio: [.sample], scopes: [.camGiang], class: .emergency), key: nil)
            let verifier = DocumentVerifier(keys: [bench.signer.publicKey])
            for await message in line.published where message.topic == Topic.broadcasts(.camGiang).description {
                let document = try verifier.verify(
                    message.payload, as: BroadcastsDocument.self, topic: .broadcasts(.camGiang))
                if document.body.broadcasts.map(\.id) == [made.item.id] { break }
            }
        }
    }
}
