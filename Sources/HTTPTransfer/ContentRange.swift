/// The value of a `Content-Range` field (RFC 9110, 14.4): which bytes of how many an answer holds.
struct ContentRange: Sendable, Hashable {
    /// The first byte; nil where the range could not be served.
    let start: Int64?

    /// Bytes of the whole; nil where that is not known.
    let total: Int64?

    /// Reads `bytes 200-999/1000`, `bytes 200-999/*` and `bytes */1000`.
    init?(_ value: String) {
        guard value.lowercased().hasPrefix("bytes ") else { return nil }
        let parts = value.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        total = Int64(parts[1])
        guard parts[0] != "*" else {
            start = nil
            return
        }
        let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], first >= 0, first <= last else {
            return nil
        }
        start = first
    }
}
