internal import Dispatch
internal import FoundationEssentials
internal import Glibc

/// Moves bytes over HTTP and HTTPS.
///
/// Each transfer runs on a thread of its own for as long as it lasts, never on the cooperative pool, and ends at once
/// when its task is cancelled (`CancellationError`). Proxies are taken from the environment, as libcurl does.
public struct HTTPClient: Sendable {
    /// What all transfers of a client share.
    public struct Configuration: Sendable, Hashable {
        /// A PEM file of the authorities to trust instead of the system's.
        public var caFile: String?

        /// The longest that connecting may take, TLS included.
        public var connectTimeout: Duration

        /// A transfer without a single byte for so long is given up. Whole seconds; libcurl averages over the last
        /// five, so it may take that much longer.
        public var stallTimeout: Duration

        /// How the client calls itself.
        public var userAgent: String

        /// A configuration with limits that suit a mobile network.
        public init(
            caFile: String? = nil, connectTimeout: Duration = .seconds(15), stallTimeout: Duration = .seconds(30),
            userAgent: String = "loa"
        ) {
            self.caFile = caFile
            self.connectTimeout = connectTimeout
            self.stallTimeout = stallTimeout
            self.userAgent = userAgent
        }
    }

    private let configuration: Configuration

    /// A client; it holds no connection between transfers.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Sends `request` and returns the answer, whatever its status. Redirects are followed for GET and HEAD alone.
    ///
    /// - Parameter maximumBody: the largest body to accept, in bytes.
    /// - Throws: ``HTTPTransferError`` where there is no whole answer, `CancellationError`.
    public func send(_ request: HTTPRequest, maximumBody: Int = 16 << 20) async throws -> HTTPResponse {
        try await onOwnThread(request) { loop in
            let exchange = try Exchange(request, configuration)
            if request.method == "GET" || request.method == "HEAD" { try exchange.followRedirects() }
            return try collect(exchange, request, maximumBody, in: loop)
        }
    }

    /// Sends the regular file at `path` as the body of `request`, and returns the answer, whatever its status.
    ///
    /// - Parameter progress: called on the transfer's thread each time bytes were handed to the network.
    /// - Throws: ``HTTPTransferError`` where the file cannot be read or there is no whole answer, `CancellationError`.
    public func upload(
        _ path: String, with request: HTTPRequest, maximumBody: Int = 1 << 20,
        progress: @escaping @Sendable (HTTPProgress) -> Void = { _ in }
    ) async throws -> HTTPResponse {
        try await onOwnThread(request) { loop in
            let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { throw HTTPTransferError(errno: errno, request) }
            defer { close(descriptor) }
            var information = stat()
            guard unsafe fstat(descriptor, &information) == 0 else {
                throw HTTPTransferError(errno: errno, request)
            }
            guard information.st_mode & S_IFMT == S_IFREG else {
                throw HTTPTransferError(.file, request, "not a regular file")
            }
            let exchange = try Exchange(request, configuration)
            try exchange.send(file: descriptor, size: Int64(information.st_size), progress: progress)
            return try collect(exchange, request, maximumBody, in: loop)
        }
    }

    /// Fetches `url` into the file at `path`; what the file already holds is taken for the beginning and not fetched
    /// again, where the server agrees.
    ///
    /// An interrupted download leaves what it got, for the next call to resume. The file is neither synchronised nor
    /// verified: check its hash, since a resumed file may be of two versions.
    /// - Parameters:
    ///   - token: a bearer token, see ``HTTPRequest/token``.
    ///   - expectedBytes: the size that the whole file must have, where it is known.
    ///   - limit: the size that it may not pass. Announcing or sending more ends the transfer at once.
    ///   - progress: called on the transfer's thread each time bytes were written.
    /// - Throws: ``HTTPTransferError``, `CancellationError`.
    public func download(
        _ url: String, to path: String, token: String? = nil, expectedBytes: Int64? = nil, limit: Int64,
        progress: @escaping @Sendable (HTTPProgress) -> Void = { _ in }
    ) async throws -> HTTPDownload {
        let request = HTTPRequest("GET", url, token: token)
        return try await onOwnThread(request) { loop in
            let download = try Download(
                request, configuration, path: path, expectedBytes: expectedBytes, limit: limit, progress: progress)
            return try download.run(in: loop)
        }
    }

    /// The lines of an answer that goes on, such as server-sent events, as they come, without their ends.
    ///
    /// Ends when the server ends it. The stream holds 4,096 lines that were not read yet, and a line holds 1 MiB; more
    /// of either ends it with an error. A status other than 2xx is an error that carries the body. Leaving the stream
    /// ends the transfer.
    /// - Parameter stallTimeout: give up after so long without a byte; nil waits for ever, as for rare events.
    public func lines(_ request: HTTPRequest, stallTimeout: Duration? = nil) -> AsyncThrowingStream<String, any Error> {
        let configuration = configuration
        return AsyncThrowingStream(bufferingPolicy: .bufferingOldest(LineReader.capacity)) { continuation in
            guard let loop = TransferLoop() else {
                continuation.finish(throwing: HTTPTransferError(.failed, request, "libcurl cannot be used"))
                return
            }
            continuation.onTermination = { _ in loop.cancel() }
            Self.queue().async {
                do {
                    let reader = LineReader(request, continuation)
                    try reader.run(configuration, stallTimeout: stallTimeout, in: loop)
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }

    // MARK: - Threads

    private static func queue() -> DispatchQueue { DispatchQueue(label: "loa.http") }

    private func onOwnThread<Result: Sendable>(
        _ request: HTTPRequest, _ body: @escaping @Sendable (TransferLoop) throws -> Result
    ) async throws -> Result {
        guard let loop = TransferLoop() else {
            throw HTTPTransferError(.failed, request, "libcurl cannot be used")
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                Self.queue().async {
                    continuation.resume(with: Swift.Result { try body(loop) })
                }
            }
        } onCancel: {
            loop.cancel()
        }
    }

    private func collect(
        _ exchange: Exchange, _ request: HTTPRequest, _ limit: Int, in loop: TransferLoop
    ) throws -> HTTPResponse {
        var body = Data()
        let tooLarge = HTTPTransferError(.tooLarge, request, "the answer is larger than \(limit) bytes")
        exchange.begin = { head in
            guard request.method != "HEAD", let length = head.headers["Content-Length"].flatMap({ Int($0) }) else {
                return
            }
            guard length <= limit else { throw tooLarge }
        }
        unsafe exchange.receive = { bytes in
            guard bytes.count <= limit - body.count else { throw tooLarge }
            unsafe body.append(contentsOf: bytes)
        }
        try exchange.perform(in: loop)
        return HTTPResponse(status: exchange.head.status, headers: exchange.head.headers, body: body)
    }
}
