internal import FoundationEssentials

/// Cuts an answer into lines while it comes, and yields them to a stream.
final class LineReader {
    /// How many lines may wait to be read.
    static let capacity = 4_096

    private static let maximumLine = 1 << 20
    private static let maximumRefusal = 65_536

    private let request: HTTPRequest
    private let continuation: AsyncThrowingStream<String, any Error>.Continuation
    private var line: [UInt8] = []
    private var refusal: Data?
    private var endedWithReturn = false

    init(_ request: HTTPRequest, _ continuation: AsyncThrowingStream<String, any Error>.Continuation) {
        self.request = request
        self.continuation = continuation
    }

    /// Blocks until the answer ends.
    func run(_ configuration: HTTPClient.Configuration, stallTimeout: Duration?, in loop: TransferLoop) throws {
        let exchange = try Exchange(request, configuration)
        try exchange.followRedirects()
        // Nobody need speak for a long time on a healthy stream of events.
        try exchange.limitStall(stallTimeout ?? .seconds(Int64(Int32.max / 1000)))
        exchange.begin = { head in
            if !(200...299).contains(head.status) { self.refusal = Data() }
        }
        unsafe exchange.receive = { bytes in
            guard self.refusal == nil else {
                let room = Self.maximumRefusal - (self.refusal?.count ?? 0)
                unsafe self.refusal?.append(contentsOf: bytes.prefix(room))
                return
            }
            for index in bytes.indices { try unsafe self.add(bytes[index]) }
        }
        try exchange.perform(in: loop)
        if let refusal {
            throw HTTPTransferError(
                .status(exchange.head.status), request, "status \(exchange.head.status)", body: refusal)
        }
        if !line.isEmpty { try end() }
    }

    private func add(_ byte: UInt8) throws {
        defer { endedWithReturn = byte == UInt8(ascii: "\r") }
        switch byte {
        case UInt8(ascii: "\n"):
            if !endedWithReturn { try end() }
        case UInt8(ascii: "\r"):
            try end()
        default:
            guard line.count < Self.maximumLine else {
                throw HTTPTransferError(.tooLarge, request, "a line is longer than \(Self.maximumLine) bytes")
            }
            line.append(byte)
        }
    }

    private func end() throws {
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        if case .dropped = continuation.yield(text) {
            throw HTTPTransferError(.slowReader, request, "\(Self.capacity) lines wait to be read")
        }
    }
}
