/// Where the controller keeps what: one folder, readable by nobody else.
public struct StateFolder: Sendable {
    public let path: String

    public init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    public var configuration: String { "\(path)/controller.yaml" }
    public var key: String { "\(path)/controller.key" }
    public var ledger: String { "\(path)/controller.sqlite" }
    /// The library's files, named by their hash.
    public var content: String { "\(path)/content" }
    /// Uploads under way; emptied at the start.
    public var incoming: String { "\(path)/incoming" }
    /// Held by the controller that runs.
    public var lock: String { "\(path)/controller.lock" }
    public var token: String { "\(path)/token" }
}
