import Broadcasting
import FoundationEssentials
import Logging
import Messaging
import NodeStore

/// Sends the journal until the controller has receipted it.
///
/// At most one window of records is under way. Without a receipt the first of them are sent again, soon at first and then each
/// minute: whoever lost them, broker or controller, gets them in the end.
actor JournalSender {
    private let node: NodeID
    private let journal: JournalID
    private let read: @Sendable (_ after: Int64, _ limit: Int) async -> [StoredRecord]
    private let forget: @Sendable (_ through: Int64) async -> Void
    private let publish: @Sendable (Message) async throws -> Void
    private let logger: Logger

    private var sentThrough: Int64 = 0
    /// The last record that was ever sent by this program. `sentThrough` goes back when records are to be sent again.
    private var everSentThrough: Int64 = 0
    private var receiptedThrough: Int64 = 0
    private let shortestPatience: Duration
    private var patience: Duration
    private var resend: Task<Void, Never>?
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    static let batch = 100
    static let window: Int64 = 1000
    static let shortestPatience = Duration.seconds(5)
    static let longestPatience = Duration.seconds(60)

    /// - Parameter patience: how long the first wait for a receipt is.
    init(
        node: NodeID, journal: JournalID, patience: Duration = JournalSender.shortestPatience, logger: Logger,
        read: @escaping @Sendable (_ after: Int64, _ limit: Int) async -> [StoredRecord],
        forget: @escaping @Sendable (_ through: Int64) async -> Void,
        publish: @escaping @Sendable (Message) async throws -> Void
    ) {
        self.node = node
        self.journal = journal
        shortestPatience = patience
        self.patience = patience
        self.logger = logger
        self.read = read
        self.forget = forget
        self.publish = publish
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Sends until the task is cancelled.
    func run() async {
        for await _ in signals { await send() }
        resend?.cancel()
    }

    /// Records were added.
    nonisolated func grew() { signal.yield() }

    /// The broker may have lost what was under way: begins again at the first record without a receipt.
    func connected() {
        sentThrough = receiptedThrough
        haveHope()
        signal.yield()
    }

    /// The controller has the journal through here.
    ///
    /// A receipt for records that were not sent is not believed: whoever wrote it, those records would be lost. After a restart a
    /// receipt of before is not believed either, and comes again for the records that are then sent again.
    func receipted(_ receipt: Receipt) async {
        guard receipt.journal == journal, receipt.through > receiptedThrough else { return }
        guard receipt.through <= everSentThrough else {
            logger.debug("a receipt for records that were not sent", metadata: ["through": "\(receipt.through)"])
            return
        }
        receiptedThrough = receipt.through
        sentThrough = max(sentThrough, receiptedThrough)
        haveHope()
        await forget(receipt.through)
        signal.yield()
    }

    /// Sends what is left, for a node that stops; does not wait for receipts.
    func flush() async { await send() }

    // MARK: -

    private func send() async {
        while sentThrough - receiptedThrough < Self.window {
            let records = await read(sentThrough, Self.batch)
            guard let last = records.last else { break }
            everSentThrough = max(everSentThrough, last.sequence)
            do {
                try await publish(message(of: records))
            } catch {
                logger.debug("journal not sent", metadata: ["problem": "\(error)"])
                return tryAgainLater()
            }
            sentThrough = max(sentThrough, last.sequence)
        }
        if sentThrough > receiptedThrough { tryAgainLater() }
    }

    /// Counts from the first record without a receipt: those that follow do not put it off.
    private func tryAgainLater() {
        guard resend == nil else { return }
        resend = Task { [patience] in
            guard (try? await Task.sleep(for: patience)) != nil else { return }
            self.startOver()
        }
    }

    private func haveHope() {
        patience = shortestPatience
        resend?.cancel()
        resend = nil
    }

    private func startOver() {
        resend = nil
        sentThrough = receiptedThrough
        patience = min(patience * 2, Self.longestPatience)
        signal.yield()
    }

    private func message(of records: [StoredRecord]) -> Message {
        // Joined as text: what was written into the journal leaves the node byte for byte.
        var json = Data("{\"node\":\"\(node)\",\"journal\":\"\(journal)\",\"records\":[".utf8)
        for (index, record) in records.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json.append(record.json)
        }
        json.append(contentsOf: "]}".utf8)
        return Message(
            topic: Topic.journal(node).description, payload: Array(json), qos: .atLeastOnce,
            contentType: "application/json")
    }
}
