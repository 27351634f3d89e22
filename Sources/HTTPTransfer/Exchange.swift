internal import CCurl
internal import FoundationEssentials
internal import Glibc

/// One request and its answer, as they pass through one `CURL` handle. Lives on one thread.
///
/// Owns the handle: made by `init`, freed by `deinit`.
@safe
final class Exchange {
    /// Status and header fields of an answer.
    struct Head {
        var status = 0
        var headers = HTTPHeaders()
    }

    /// The most bytes that the heads of all answers may have, those of redirects included.
    private static let maximumHead = 131_072

    /// The last answer's head, as far as it came.
    private(set) var head = Head()

    /// Called once, with the final head, before its body or at its end.
    var begin: (Head) throws -> Void = { _ in }

    /// Called with each piece of the final body.
    var receive: (UnsafeRawBufferPointer) throws -> Void = { _ in }

    private let request: HTTPRequest
    private let handle: UnsafeMutableRawPointer
    private let words: UnsafeMutablePointer<CChar>
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var upload: (descriptor: CInt, size: Int64, progress: @Sendable (HTTPProgress) -> Void)?
    private var sent: Int64 = 0
    private var aliases: UnsafeMutablePointer<curl_slist>?
    private var headBytes = 0
    private(set) var hasBegun = false
    private var failure: (any Error)?

    /// Prepares `request` with the client's `configuration`.
    ///
    /// - Throws: ``HTTPTransferError`` where the request cannot be sent as it is.
    init(_ request: HTTPRequest, _ configuration: HTTPClient.Configuration) throws {
        guard let handle = unsafe curl_easy_init() else {
            throw HTTPTransferError(.failed, request, "out of memory")
        }
        unsafe self.handle = handle
        unsafe words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.request = request
        try configure(configuration)
        try setMethod()
        try setFields(configuration)
        try setCallbacks()
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(fields)
        unsafe curl_slist_free_all(aliases)
        unsafe words.deallocate()
    }

    /// Follows up to five redirects, never from https to http.
    func followRedirects() throws {
        let isSecure = request.url.lowercased().hasPrefix("https:")
        try set(CURLOPT_FOLLOWLOCATION, 1)
        try set(CURLOPT_MAXREDIRS, 5)
        try set(CURLOPT_REDIR_PROTOCOLS_STR, isSecure ? "https" : "http,https")
    }

    /// Takes the answers of SHOUTcast servers, `ICY 200 OK`, for answers, and leaves it to the caller to notice a stall.
    func receiveRadio() throws {
        guard let list = unsafe curl_slist_append(nil, "ICY 200 OK") else {
            throw HTTPTransferError(.failed, request, "out of memory")
        }
        unsafe aliases = list
        try check(unsafe shim_curl_set_pointer(handle, CURLOPT_HTTP200ALIASES, list))
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try set(CURLOPT_LOW_SPEED_LIMIT, 0)
    }

    /// The URL that answered, after redirects.
    var effectiveURL: String {
        guard let url = unsafe shim_curl_effective_url(handle) else { return request.url }
        return unsafe String(cString: url)
    }

    /// Gives up when no byte moves for `duration`.
    func limitStall(_ duration: Duration) throws {
        try set(CURLOPT_LOW_SPEED_LIMIT, 1)
        try set(CURLOPT_LOW_SPEED_TIME, max(1, Int(duration.components.seconds)))
    }

    /// Sends the `size` bytes of the file `descriptor` as the body.
    func send(file descriptor: CInt, size: Int64, progress: @escaping @Sendable (HTTPProgress) -> Void) throws {
        upload = (descriptor, size, progress)
        try set(CURLOPT_UPLOAD, 1)
        try set(CURLOPT_INFILESIZE_LARGE, offset: size)
        try set(CURLOPT_CUSTOMREQUEST, request.method)
        try check(
            unsafe shim_curl_set_data_function(handle, CURLOPT_READFUNCTION) { data, size, count, context in
                unsafe Exchange.of(context).provide(data, count: size * count)
            })
        try check(unsafe shim_curl_set_pointer(handle, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque()))
    }

    /// Blocks until the answer is complete, or `deadline` has passed, which is asked again each time that something came.
    ///
    /// - Throws: ``HTTPTransferError``, what ``begin`` or ``receive`` threw, or `CancellationError`.
    func perform(in loop: TransferLoop, deadline: () -> ContinuousClock.Instant? = { nil }) throws {
        guard let code = try unsafe loop.run(handle, deadline: deadline) else {
            throw HTTPTransferError(.timedOut, request, "nothing came for too long")
        }
        if let failure { throw failure }
        guard code == CURLE_OK else {
            throw refusedRedirect(code) ?? HTTPTransferError(code, request, details: unsafe String(cString: words))
        }
        if !hasBegun { try begin(head) }
    }

    /// libcurl calls the scheme of a redirect unsupported, which says nothing of who led there.
    private func refusedRedirect(_ code: CURLcode) -> HTTPTransferError? {
        guard code == CURLE_UNSUPPORTED_PROTOCOL, (300...399).contains(head.status),
            let target = head.headers["Location"]
        else { return nil }
        let place = HTTPTransferError.redacted(target).filter { ("!"..."~").contains($0) }.prefix(200)
        let reason = target.lowercased().hasPrefix("http:") ? "which is not secure" : "which is neither http nor https"
        return HTTPTransferError(.malformedResponse, request, "the server leads to \(place), \(reason)")
    }

    // MARK: - Setting up

    private func configure(_ configuration: HTTPClient.Configuration) throws {
        // libcurl would guess a scheme for what has none, and name the whole as a host in its errors.
        let url = request.url.lowercased()
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw HTTPTransferError(.invalidRequest, request, "not an http or https URL")
        }
        try check(unsafe shim_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, words))
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_USERAGENT, configuration.userAgent)
        try set(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.milliseconds)
        try limitStall(configuration.stallTimeout)
        if let timeout = request.timeout { try set(CURLOPT_TIMEOUT_MS, timeout.milliseconds) }
        if let file = configuration.caFile { try set(CURLOPT_CAINFO, file) }
    }

    private func setMethod() throws {
        let isToken = !request.method.isEmpty && request.method.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        guard isToken else { throw HTTPTransferError(.invalidRequest, request, "not a method") }
        if let body = request.body {
            try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: Int64(body.count))
            try unsafe body.withUnsafeBytes { bytes in
                // Copied by libcurl; an empty body has no address.
                let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                if let start = unsafe start {
                    try check(unsafe shim_curl_set_string(handle, CURLOPT_COPYPOSTFIELDS, start))
                } else {
                    try set(CURLOPT_COPYPOSTFIELDS, "")
                }
            }
            try set(CURLOPT_CUSTOMREQUEST, request.method)
        } else {
            switch request.method {
            case "GET": break
            case "HEAD": try set(CURLOPT_NOBODY, 1)
            case "POST", "PUT", "PATCH":
                try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: 0)
                try set(CURLOPT_COPYPOSTFIELDS, "")
                try set(CURLOPT_CUSTOMREQUEST, request.method)
            default: try set(CURLOPT_CUSTOMREQUEST, request.method)
            }
        }
    }

    private func setFields(_ configuration: HTTPClient.Configuration) throws {
        var headers = request.headers
        if let token = request.token { headers["Authorization"] = "Bearer \(token)" }
        // Without these libcurl waits a second for "100 Continue", and calls a body a form.
        try append("Expect:")
        if headers["Content-Type"] == nil { try append("Content-Type:") }
        for field in headers.fields {
            let isClean = !field.name.isEmpty && (field.name + field.value).utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            guard isClean, !field.name.contains(":") else {
                throw HTTPTransferError(.invalidRequest, request, "a header field holds control characters")
            }
            try append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        try check(unsafe shim_curl_set_pointer(handle, CURLOPT_HTTPHEADER, fields))
    }

    private func append(_ line: String) throws {
        guard let longer = unsafe curl_slist_append(fields, line) else {
            throw HTTPTransferError(.failed, request, "out of memory")
        }
        unsafe fields = longer
    }

    private func setCallbacks() throws {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        try check(unsafe shim_curl_set_pointer(handle, CURLOPT_WRITEDATA, context))
        try check(
            unsafe shim_curl_set_data_function(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
                unsafe Exchange.of(context).take(UnsafeRawBufferPointer(start: data, count: size * count))
            })
        try check(unsafe shim_curl_set_pointer(handle, CURLOPT_HEADERDATA, context))
        try check(
            unsafe shim_curl_set_data_function(handle, CURLOPT_HEADERFUNCTION) { data, size, count, context in
                unsafe Exchange.of(context).takeHeader(UnsafeRawBufferPointer(start: data, count: size * count))
            })
    }

    private func set(_ option: CURLoption, _ value: Int) throws {
        try check(unsafe shim_curl_set_long(handle, option, value))
    }

    private func set(_ option: CURLoption, offset: Int64) throws {
        try check(unsafe shim_curl_set_offset(handle, option, curl_off_t(offset)))
    }

    private func set(_ option: CURLoption, _ value: String) throws {
        guard !value.utf8.contains(0) else { throw HTTPTransferError(.invalidRequest, request, "a zero byte") }
        try check(unsafe shim_curl_set_string(handle, option, value))
    }

    private func check(_ code: CURLcode) throws {
        guard code == CURLE_OK else { throw HTTPTransferError(code, request, details: "") }
    }

    // MARK: - Called by libcurl, on the thread of `perform`

    private static func of(_ context: UnsafeMutableRawPointer?) -> Exchange {
        guard let context = unsafe context else { preconditionFailure("libcurl lost the context") }
        return unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        do {
            if !hasBegun {
                hasBegun = true
                try begin(head)
            }
            try unsafe receive(bytes)
            return bytes.count
        } catch {
            failure = error
            return -1
        }
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        headBytes += bytes.count
        guard headBytes <= Self.maximumHead else {
            failure = HTTPTransferError(.malformedResponse, request, "header fields without an end")
            return -1
        }
        let line = unsafe String(decoding: bytes, as: UTF8.self).trimmed
        if line.hasPrefix("HTTP/") || line.hasPrefix("ICY ") {
            // A new head: of the answer that a redirect led to, or after "100 Continue".
            head = Head()
            head.status = line.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let colon = line.firstIndex(of: ":") {
            head.headers.append(String(line[..<colon]), String(line[line.index(after: colon)...]).trimmed)
        }
        return bytes.count
    }

    private func provide(_ data: UnsafeMutablePointer<CChar>?, count: Int) -> Int {
        guard let upload else { return 0 }
        while true {
            let bytes = unsafe read(upload.descriptor, data, min(count, Int(clamping: upload.size - sent)))
            if bytes < 0 && errno == EINTR { continue }
            guard bytes >= 0 else {
                failure = HTTPTransferError(errno: errno, request)
                return Int(CURL_READFUNC_ABORT)
            }
            sent += Int64(bytes)
            upload.progress(HTTPProgress(bytes: sent, total: upload.size))
            return bytes
        }
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}

extension Duration {
    /// Whole milliseconds, at least one.
    var milliseconds: Int {
        max(1, Int(clamping: components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000))
    }
}
