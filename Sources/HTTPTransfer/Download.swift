internal import FoundationEssentials
internal import Glibc

/// One download into one file: resumes, restarts, and keeps to its size. Lives on one thread.
///
/// Owns the file descriptor: made by `init`, closed by `deinit`.
final class Download {
    /// What an answer's head means for the file.
    private enum Verdict {
        /// Write the body after what is there.
        case append
        /// Write the body from the beginning.
        case restart
        /// The file is whole already.
        case complete
        /// Ask again, for the whole.
        case again
    }

    private let request: HTTPRequest
    private let configuration: HTTPClient.Configuration
    private let expectedBytes: Int64?
    private let limit: Int64
    private let progress: @Sendable (HTTPProgress) -> Void
    private let descriptor: CInt
    private var size: Int64
    private var total: Int64?
    private var resumedFrom: Int64 = 0
    private var verdict = Verdict.append

    init(
        _ request: HTTPRequest, _ configuration: HTTPClient.Configuration, path: String, expectedBytes: Int64?,
        limit: Int64, progress: @escaping @Sendable (HTTPProgress) -> Void
    ) throws {
        self.request = request
        self.configuration = configuration
        self.expectedBytes = expectedBytes
        self.limit = min(limit, expectedBytes ?? limit)
        self.progress = progress
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw HTTPTransferError(errno: errno, request) }
        var information = stat()
        let known = unsafe fstat(descriptor, &information) == 0
        guard known, information.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw HTTPTransferError(.file, request, "not a regular file")
        }
        self.descriptor = descriptor
        size = Int64(information.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// Blocks until the file is whole.
    func run(in loop: TransferLoop) throws -> HTTPDownload {
        if size > limit { try truncate() }
        if let expectedBytes, size == expectedBytes, size > 0 {
            return HTTPDownload(bytes: size, resumedFrom: size)
        }
        try attempt(in: loop)
        if case .again = verdict {
            try truncate()
            try attempt(in: loop)
        }
        if let expectedBytes, size != expectedBytes {
            throw HTTPTransferError(.wrongLength, request, "\(size) bytes came instead of \(expectedBytes)")
        }
        return HTTPDownload(bytes: size, resumedFrom: resumedFrom)
    }

    private func attempt(in loop: TransferLoop) throws {
        var request = request
        let offset = size
        if offset > 0 { request.headers["Range"] = "bytes=\(offset)-" }
        let exchange = try Exchange(request, configuration)
        try exchange.followRedirects()
        exchange.begin = { head in
            self.verdict = try self.judge(head, offset: offset)
            switch self.verdict {
            case .append:
                self.resumedFrom = offset
            case .restart:
                try self.truncate()
            case .complete:
                self.resumedFrom = offset
            case .again:
                break
            }
        }
        unsafe exchange.receive = { bytes in
            switch self.verdict {
            case .append, .restart: try unsafe self.write(bytes)
            case .complete, .again: break
            }
        }
        try exchange.perform(in: loop)
    }

    private func judge(_ head: Exchange.Head, offset: Int64) throws -> Verdict {
        let range = head.headers["Content-Range"].flatMap(ContentRange.init)
        switch head.status {
        case 200:
            try expect(total: head.headers["Content-Length"].flatMap { Int64($0) })
            return .restart
        case 206:
            guard offset > 0, let range, range.start == offset else {
                throw HTTPTransferError(.malformedResponse, request, "a range that was not asked for")
            }
            try expect(total: range.total)
            return .append
        case 416 where offset > 0:
            return range?.total == offset && expectedBytes == nil ? .complete : .again
        default:
            throw HTTPTransferError(.status(head.status), request, "status \(head.status)")
        }
    }

    private func expect(total: Int64?) throws {
        self.total = total ?? expectedBytes
        guard let total else { return }
        if total > limit { throw try tooLarge() }
        if let expectedBytes, total != expectedBytes {
            throw HTTPTransferError(.wrongLength, request, "\(total) bytes are announced instead of \(expectedBytes)")
        }
    }

    private func tooLarge() throws -> HTTPTransferError {
        try truncate()
        return HTTPTransferError(.tooLarge, request, "the file is larger than \(limit) bytes")
    }

    private func truncate() throws {
        guard ftruncate(descriptor, 0) == 0 else { throw HTTPTransferError(errno: errno, request) }
        size = 0
        resumedFrom = 0
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard Int64(bytes.count) <= limit - size else { throw try tooLarge() }
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = unsafe pwrite(descriptor, rest.baseAddress, rest.count, off_t(size))
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw HTTPTransferError(errno: errno, request) }
            done += written
            size += Int64(written)
        }
        progress(HTTPProgress(bytes: size, total: total))
    }
}
