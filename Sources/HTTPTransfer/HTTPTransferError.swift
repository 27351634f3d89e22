internal import CCurl
public import FoundationEssentials
internal import Glibc

/// Why a transfer failed. Carries no secret: of the URL only host and path, no token, no header.
public struct HTTPTransferError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the caller can do something about.
    public enum Kind: Sendable, Hashable {
        /// The URL, the method or a header cannot be sent. Trying again will not help.
        case invalidRequest
        /// No connection to the server: try again later.
        case unreachable
        /// Connecting, the whole exchange or the next byte took too long: try again later.
        case timedOut
        /// The server's certificate is not trusted, or no secure connection could be agreed on.
        case insecure
        /// The connection broke off in the middle; a download can be resumed.
        case interrupted
        /// The server answered with this status where something else was needed.
        case status(Int)
        /// More bytes than allowed were announced or sent; what a download had written was removed.
        case tooLarge
        /// The file that was sent is shorter or longer than expected.
        case wrongLength
        /// The server's answer makes no sense: a range that was not asked for, redirects without an end or to where no client should
        /// go, broken HTTP.
        case malformedResponse
        /// The local file cannot be opened, read or written.
        case file
        /// The reader of lines is too far behind.
        case slowReader
        /// Anything else.
        case failed
    }

    /// What the caller can do something about.
    public let kind: Kind

    /// What was asked of whom: method and URL, without user, password, query and fragment.
    public let request: String

    /// More words, of libcurl or of the operating system.
    public let reason: String

    /// The body that came with ``Kind/status(_:)``, at most 64 KiB of it; not part of the description.
    public let body: Data

    public var description: String { "\(request) failed: \(reason)" }

    init(_ kind: Kind, _ request: HTTPRequest, _ reason: String, body: Data = Data()) {
        self.kind = kind
        self.request = "\(request.method) \(Self.redacted(request.url))"
        self.reason = reason
        self.body = body
    }

    init(errno code: CInt, _ request: HTTPRequest) {
        self.init(.file, request, unsafe String(cString: strerror(code)))
    }

    init(_ code: CURLcode, _ request: HTTPRequest, details: String) {
        let words = unsafe String(cString: curl_easy_strerror(code))
        self.init(Self.kind(of: code), request, details.isEmpty ? words : "\(words) (\(details))")
    }

    private static func kind(of code: CURLcode) -> Kind {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: .unreachable
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            .insecure
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING: .interrupted
        case CURLE_TOO_MANY_REDIRECTS, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2:
            .malformedResponse
        default: .failed
        }
    }

    /// `url` without user, password, query and fragment.
    ///
    /// Cuts at the last `@`, wherever it is: better to lose a part of the path than to show a part of a password.
    static func redacted(_ url: String) -> String {
        let bare = url.prefix { $0 != "?" && $0 != "#" }
        let scheme = bare.prefix { $0.isLetter }
        let rest = bare.dropFirst(scheme.count)
        guard !scheme.isEmpty, rest.hasPrefix("://") else { return "(not a URL)" }
        let address = rest.dropFirst(3)
        let host = address.lastIndex(of: "@").map { address[address.index(after: $0)...] } ?? address
        return "\(scheme)://\(host)"
    }
}
