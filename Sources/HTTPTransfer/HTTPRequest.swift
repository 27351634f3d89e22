public import FoundationEssentials

/// What to ask of an HTTP server.
public struct HTTPRequest: Sendable {
    /// The method, in capitals.
    public var method: String

    /// An absolute `http` or `https` URL.
    public var url: String

    /// Header fields to send besides those of the client.
    public var headers: HTTPHeaders

    /// What to send as the body; nil sends none.
    public var body: Data?

    /// A bearer token (RFC 6750). Never logged, never part of an error, and not sent on to another host by a redirect.
    public var token: String?

    /// The longest that the whole exchange may take; nil leaves it to the client's limits for connecting and stalling.
    public var timeout: Duration?

    /// A request for `url`.
    public init(
        _ method: String = "GET", _ url: String, headers: HTTPHeaders = [:], body: Data? = nil, token: String? = nil,
        timeout: Duration? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.token = token
        self.timeout = timeout
    }
}
