/// Why a request was not done (RFC 9457), in `application/problem+json`.
public struct ProblemDetails: Error, Hashable, Codable, Sendable, CustomStringConvertible {
    /// A stable name of the kind of problem, for programs.
    public var type: String
    /// The kind of problem in words; the same for each case of it.
    public var title: String
    /// The HTTP status.
    public var status: Int
    /// This case of it in words: what was wrong, and what to do.
    public var detail: String?
    /// The field of the request that was wrong, as a path: `repeat.every`.
    public var field: String?
    /// All fields that were wrong, where there may be several.
    public var errors: [FieldError]?

    /// A field of a request that was wrong.
    public struct FieldError: Hashable, Codable, Sendable {
        /// As a path: `programmes[3].start.rrule`.
        public var field: String
        public var detail: String

        public init(field: String, detail: String) {
            self.field = field
            self.detail = detail
        }
    }

    public init(type: String, title: String, status: Int, detail: String? = nil, field: String? = nil) {
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.field = field
    }

    /// A problem of a known kind.
    public init(_ kind: Kind, _ detail: String? = nil, field: String? = nil) {
        self.init(type: kind.type, title: kind.title, status: kind.status, detail: detail, field: field)
    }

    public var kind: Kind? { Kind.allCases.first { $0.type == type } }

    public var description: String {
        let words = detail.map { "\(title): \($0)" } ?? title
        return field.map { "\(words) (\($0))" } ?? words
    }

    /// The kinds of problem that the controller knows.
    public enum Kind: String, Sendable, CaseIterable {
        /// The request cannot be read.
        case malformed
        /// A value of the request is not allowed; `field` names it.
        case invalid
        /// The token is missing, unknown or void.
        case unauthorized
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        /// It contradicts what is there: a name that is taken, an idempotency key that came with another request.
        case conflict
        /// It was changed by somebody else since the caller read it: `If-Match` names another version.
        case changedMeanwhile = "changed-meanwhile"
        /// The body is larger than is taken.
        case tooLarge = "too-large"
        /// The file that was sent is not one that can be broadcast; the detail says why and what to do.
        case unsuitableAudio = "unsuitable-audio"
        /// The disk is full, or another thing that only the operator can mend.
        case storage
        /// A fault of the controller; its log has more.
        case `internal`

        public var type: String { "urn:loa:problem:\(rawValue)" }

        public var status: Int {
            switch self {
            case .malformed: 400
            case .unauthorized: 401
            case .notFound: 404
            case .methodNotAllowed: 405
            case .conflict: 409
            case .changedMeanwhile: 412
            case .tooLarge: 413
            case .invalid, .unsuitableAudio: 422
            case .internal: 500
            case .storage: 507
            }
        }

        public var title: String {
            switch self {
            case .malformed: "The request cannot be read"
            case .invalid: "A value is not allowed"
            case .unauthorized: "A valid token is needed"
            case .notFound: "There is no such thing"
            case .methodNotAllowed: "This cannot be done here"
            case .conflict: "It contradicts what is there"
            case .changedMeanwhile: "Somebody else changed it meanwhile"
            case .tooLarge: "The request is too large"
            case .unsuitableAudio: "The audio cannot be broadcast"
            case .storage: "The controller cannot store it"
            case .internal: "The controller failed"
            }
        }
    }
}
