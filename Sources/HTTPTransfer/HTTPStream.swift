internal import CCurl

/// An answer that goes on for as long as both ends want it, such as a radio's, read on a thread of the caller's own.
///
/// `ICY 200 OK`, the answer of a SHOUTcast server, counts as one. Redirects are followed as ``HTTPClient`` does.
public final class HTTPStream: Sendable {
    /// What comes before the body.
    public struct Head: Sendable, Hashable {
        /// The status code.
        public let status: Int
        /// The header fields of the last answer.
        public let headers: HTTPHeaders
        /// The URL that answered, after redirects.
        public let url: String
    }

    /// How long a stream may keep its reader waiting.
    public struct Patience: Sendable, Hashable {
        /// From the beginning to the first byte of the body, redirects included.
        public var answer: Duration
        /// Between two pieces of the body.
        public var stall: Duration

        /// Limits to the microsecond, measured for the caller's reading as well as for the server's sending.
        public init(answer: Duration, stall: Duration) {
            self.answer = answer
            self.stall = stall
        }
    }

    private let loop: TransferLoop
    private let configuration: HTTPClient.Configuration

    /// Prepares a stream; connects to nothing.
    ///
    /// - Throws: ``HTTPTransferError`` where libcurl cannot be used.
    public init(configuration: HTTPClient.Configuration = HTTPClient.Configuration()) throws {
        guard let loop = TransferLoop() else {
            throw HTTPTransferError(.failed, HTTPRequest("GET", "http:"), "libcurl cannot be used")
        }
        self.loop = loop
        self.configuration = configuration
    }

    /// Ends what ``receive(_:patience:head:body:)`` does, at once, and whatever it would do later. From any thread.
    public func cancel() {
        loop.cancel()
    }

    /// Sends `request`, and blocks until the server ends its answer. May be called again for another.
    ///
    /// Both closures are called on the calling thread; what they throw ends the transfer. While `body` does not return nothing
    /// is read, so that the server has to wait.
    /// - Parameters:
    ///   - head: called once, before the body, whatever the status.
    ///   - body: called with each piece of the body.
    /// - Throws: ``HTTPTransferError``, what a closure threw, or `CancellationError`.
    public func receive(
        _ request: HTTPRequest, patience: Patience, head: (Head) throws -> Void, body: (Span<UInt8>) throws -> Void
    ) throws {
        let exchange = try Exchange(request, configuration)
        try exchange.followRedirects()
        try exchange.receiveRadio()
        var deadline = ContinuousClock.now + patience.answer
        try withoutActuallyEscaping(head) { head in
            try withoutActuallyEscaping(body) { body in
                // The closures are kept by `exchange`, which goes no further than this call.
                exchange.begin = { [unowned exchange] answer in
                    try head(Head(status: answer.status, headers: answer.headers, url: exchange.effectiveURL))
                }
                unsafe exchange.receive = { bytes in
                    let piece = unsafe Span<UInt8>(_unsafeBytes: bytes)
                    try body(piece)
                    deadline = .now + patience.stall
                }
                defer {
                    exchange.begin = { _ in }
                    unsafe exchange.receive = { _ in }
                }
                try exchange.perform(in: loop) { deadline }
            }
        }
    }
}
