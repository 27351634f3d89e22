import Broadcasting
import Logging
import Messaging
import RuntimeSupport

/// Brings the ledger's documents to the broker, and brings all of them again whenever the broker may have forgotten.
///
/// A document counts as sent when the broker has acknowledged it. Up to 16 are under way at once, the latest first; of one topic always
/// the newest. A crash at any instant loses nothing: what is not marked as sent is sent again, which does no harm.
actor Publisher {
    private let ledger: Ledger
    private let publish: @Sendable (Message) async throws -> Void
    private let logger: Logger
    private var isConnected = false
    private var underWay: Set<String> = []
    /// Topics that failed on this connection; tried again by `retry`, and on the next connection.
    private var failed: Set<String> = []
    /// Topics that the broker said no to; tried again by `retry` alone. Mosquitto 2.0.11 ends the connection after each no, and
    /// what was sent first on every connection would keep all the rest from being sent.
    private var refused: Set<String> = []
    private let signals: AsyncStream<Signal>
    private let signal: AsyncStream<Signal>.Continuation

    static let window = 16

    private enum Signal: Sendable { case look }

    init(ledger: Ledger, logger: Logger, publish: @escaping @Sendable (Message) async throws -> Void) {
        self.ledger = ledger
        self.logger = logger
        self.publish = publish
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The broker accepted a connection: everything is published again.
    func connected() async {
        do {
            try await ledger.write { try $0.markAllUnsent() }
        } catch {
            logger.error("the ledger cannot be written", metadata: ["error": "\(error)"])
        }
        isConnected = true
        failed = []
        signal.yield(.look)
    }

    func disconnected() { isConnected = false }

    /// Tries again what the broker would not take.
    func retry() {
        guard !failed.isEmpty || !refused.isEmpty else { return }
        failed = []
        refused = []
        signal.yield(.look)
    }

    /// Publishes until the task is cancelled.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { [ledger, signal] in
                for await _ in ledger.unsent { signal.yield(.look) }
            }
            for await _ in signals {
                guard isConnected else { continue }
                for document in try await due() {
                    underWay.insert(document.topic)
                    group.addTask { await self.send(document) }
                }
            }
        }
    }

    /// What may be sent now, as far as the window allows.
    private func due() async throws -> [LedgerTransaction.Outgoing] {
        let room = Self.window - underWay.count
        guard room > 0 else { return [] }
        let excluded = failed.union(refused).union(underWay)
        let limit = Self.window + excluded.count
        do {
            let documents = try await ledger.read { try $0.unsent(limit: limit) }
            return Array(documents.filter { !excluded.contains($0.topic) }.prefix(room))
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.error("the ledger cannot be read", metadata: ["error": "\(error)"])
            return []
        }
    }

    private func send(_ document: LedgerTransaction.Outgoing) async {
        do {
            try await publish(
                Message(
                    topic: document.topic, payload: Array(document.compact.utf8), retain: true,
                    contentType: "application/jose"))
            try await ledger.write { try $0.markSent(document) }
        } catch {
            if case MessagingError.refused = error {
                refused.insert(document.topic)
            } else if isConnected {
                failed.insert(document.topic)
            }
            if isConnected {
                logger.warning(
                    "a document was not published; it is tried again",
                    metadata: ["topic": "\(document.topic)", "error": "\(error)"])
            }
        }
        underWay.remove(document.topic)
        signal.yield(.look)
    }
}
