public import Broadcasting

/// The paths and header names of the controller's HTTP interface.
///
/// Everything under `/api/v1` takes `Authorization: Bearer TOKEN`, reads and writes JSON (an upload aside), and answers a failure with
/// `ProblemDetails`. Content and health are open to all: nodes check content by its hash.
public enum Route {
    public static let root = "/api/v1"
    public static let audio = "/api/v1/audio"
    public static let broadcasts = "/api/v1/broadcasts"
    public static let halts = "/api/v1/halts"
    public static let nodes = "/api/v1/nodes"
    public static let tokens = "/api/v1/tokens"
    /// GET: `List<ScheduleItem>` of the scopes that have programmes, without clashes.
    public static let schedules = "/api/v1/schedules"
    /// GET, the latest due first, with `?node=&programme=&limit=`: `List<ProgrammePlayback>`.
    public static let programmePlaybacks = "/api/v1/programme-playbacks"
    public static let unreadableRecords = "/api/v1/unreadable-records"
    /// Server-sent events: `LiveEvent` values, the event's name its kind.
    public static let events = "/api/v1/events"
    public static let status = "/api/v1/status"
    public static let health = "/healthz"
    public static let content = "/content"

    /// GET: the item of the library.
    public static func audio(_ sha256: ContentHash) -> String { "\(audio)/\(sha256)" }

    /// GET: `BroadcastReport`.
    public static func broadcast(_ id: BroadcastID) -> String { "\(broadcasts)/\(id)" }

    /// POST `CancellationRequest`: the broadcast, recalled.
    public static func cancellation(of id: BroadcastID) -> String { "\(broadcasts)/\(id)/cancellation" }

    /// PUT `HaltRequest`, DELETE lifts it.
    public static func halt(_ scope: Scope) -> String { "\(halts)/\(scope)" }

    /// GET: `NodeItem`; PUT `NodeChange`.
    public static func node(_ id: NodeID) -> String { "\(nodes)/\(id)" }

    /// POST, without a body: `NodeCredentials` with a new password.
    public static func credentials(of id: NodeID) -> String { "\(nodes)/\(id)/credentials" }

    /// GET, newest first, with `?limit=`: `List<JournalEntry>`.
    public static func journal(of id: NodeID) -> String { "\(nodes)/\(id)/journal" }

    /// GET: `ScheduleItem`; PUT `ScheduleRequest`, with `If-Match` so that nobody's change is lost.
    public static func schedule(of scope: Scope) -> String { "\(root)/scopes/\(scope)/schedule" }

    /// GET, newest first, with `?limit=`: `List<ScheduleVersion>`.
    public static func scheduleHistory(of scope: Scope) -> String { "\(schedule(of: scope))/history" }

    /// GET with `?from=&to=`, RFC 3339, the next week where absent: `NodeSchedule`.
    public static func schedule(of node: NodeID) -> String { "\(nodes)/\(node)/schedule" }

    /// DELETE: the token is void from now on.
    public static func token(_ id: String) -> String { "\(tokens)/\(id)" }

    /// The audio itself; GET and HEAD, with ranges.
    public static func content(_ sha256: ContentHash) -> String { "\(content)/\(sha256).mp3" }

    /// Query parameters of an upload to `audio`.
    public static let titleParameter = "title"
    public static let filenameParameter = "filename"
    public static let fromParameter = "from"
    public static let toParameter = "to"
    public static let nodeParameter = "node"
    public static let programmeParameter = "programme"
    /// How many items a list may bring at the most; newest first.
    public static let limitParameter = "limit"

    /// A word of the caller's choosing, 1 to 128 characters, by which a POST of a broadcast is recognised when it comes again:
    /// the second one creates nothing and is answered with the first one's broadcast.
    public static let idempotencyKey = "Idempotency-Key"
    /// The media type of `ProblemDetails`.
    public static let problemType = "application/problem+json"
}
