public import FoundationEssentials

/// What an HTTP server answered, after redirects.
public struct HTTPResponse: Sendable, Hashable {
    /// The status code. Any of them is an answer, not an error.
    public let status: Int

    /// The header fields of the last answer.
    public let headers: HTTPHeaders

    /// The whole body.
    public let body: Data

    /// An answer, for instance a server's in a test.
    public init(status: Int, headers: HTTPHeaders = [:], body: Data = Data()) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
