import Broadcasting
import ControllerAPI
import Foundation
import HTTPTransfer

/// The controller's HTTP interface as calls. Everything that it throws is a `ClientError`, cancellation aside.
struct ControllerClient: Sendable {
    let address: ControllerAddress
    private let token: AccessToken
    private let http: HTTPClient

    init(address: ControllerAddress, token: AccessToken, caFile: String? = nil) {
        self.address = address
        self.token = token
        // The controller decodes an upload whole before it answers.
        http = HTTPClient(
            configuration: .init(caFile: caFile, stallTimeout: .seconds(180), userAgent: "loa/\(LoaCommand.version)"))
    }

    /// The controller that options and environment name.
    init(_ options: CommonOptions) throws {
        let (address, token) = try options.connection(environment: ProcessInfo.processInfo.environment)
        self.init(address: address, token: token, caFile: options.caFile)
    }

    // MARK: - Audio

    func audio(limit: Int? = nil) async throws -> List<AudioItem> { try await get(Route.audio, limit: limit) }

    func audio(_ sha256: ContentHash) async throws -> AudioItem { try await get(Route.audio(sha256)) }

    /// Sends `file` to the library, telling `progress` bytes sent and bytes in all.
    func upload(
        _ file: LocalFile, title: String?, progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async throws -> AudioItem {
        var query = [(name: Route.filenameParameter, value: file.name)]
        if let title { query.append((name: Route.titleParameter, value: title)) }
        let request = HTTPRequest(
            "POST", address.url(Route.audio, query: query), headers: ["Content-Type": "audio/mpeg"], token: token.secret
        )
        let response = try await translated {
            try await http.upload(file.path, with: request) { progress($0.bytes, $0.total ?? file.bytes) }
        }
        return try value(of: response)
    }

    // MARK: - Broadcasts

    func broadcasts(limit: Int? = nil) async throws -> List<BroadcastItem> {
        try await get(Route.broadcasts, limit: limit)
    }

    func report(_ id: BroadcastID) async throws -> BroadcastReport { try await get(Route.broadcast(id)) }

    /// Makes a broadcast. Sent again with the same `key`, where no answer came, it makes no second one.
    func broadcast(_ request: BroadcastRequest, key: String) async throws -> BroadcastItem {
        try await send("POST", Route.broadcasts, request, headers: [Route.idempotencyKey: key])
    }

    func cancel(_ id: BroadcastID, reason: String) async throws -> BroadcastItem {
        try await send("POST", Route.cancellation(of: id), CancellationRequest(reason: reason))
    }

    // MARK: - Schedules

    func schedules() async throws -> List<ScheduleItem> { try await get(Route.schedules) }

    func schedule(of scope: Scope) async throws -> ScheduleItem { try await get(Route.schedule(of: scope)) }

    /// Gives a scope another schedule, unless somebody else did since `version`.
    func put(_ programmes: [Programme], of scope: Scope, version: Int) async throws -> ScheduleItem {
        try await send(
            "PUT", Route.schedule(of: scope), ScheduleRequest(programmes: programmes),
            headers: ["If-Match": "\"\(version)\""])
    }

    func schedule(of node: NodeID, from: Timestamp, to: Timestamp) async throws -> NodeSchedule {
        try await get(
            Route.schedule(of: node),
            query: [(Route.fromParameter, from.description), (Route.toParameter, to.description)])
    }

    func programmePlaybacks(
        node: NodeID?, programme: ProgrammeID?, limit: Int?
    ) async throws -> List<ProgrammePlayback> {
        let query = [
            (Route.nodeParameter, node?.rawValue), (Route.programmeParameter, programme?.rawValue),
            (Route.limitParameter, limit.map { "\($0)" }),
        ]
        return try await get(
            Route.programmePlaybacks, query: query.compactMap { name, value in value.map { (name, $0) } })
    }

    // MARK: - Halts

    func halts() async throws -> List<HaltItem> { try await get(Route.halts) }

    func halt(_ scope: Scope, _ request: HaltRequest) async throws -> HaltItem {
        try await send("PUT", Route.halt(scope), request)
    }

    func liftHalt(_ scope: Scope) async throws {
        let request = HTTPRequest("DELETE", address.url(Route.halt(scope)), token: token.secret)
        try succeeded(try await translated { try await http.send(request) })
    }

    // MARK: - Nodes

    func nodes() async throws -> List<NodeItem> { try await get(Route.nodes) }

    func node(_ id: NodeID) async throws -> NodeItem { try await get(Route.node(id)) }

    func addNode(_ request: NodeRequest) async throws -> NodeCredentials {
        try await send("POST", Route.nodes, request)
    }

    func change(_ id: NodeID, _ change: NodeChange) async throws -> NodeItem {
        try await send("PUT", Route.node(id), change)
    }

    // MARK: - Events

    /// Hands `receive` what happens from now on, until the controller ends the stream.
    ///
    /// - Throws: `ClientError` when the stream breaks off or says nothing, not even that it lives, for 90 s.
    func events(_ receive: (LiveEvent) throws -> Void) async throws {
        let request = HTTPRequest(
            "GET", address.url(Route.events), headers: ["Accept": "text/event-stream"], token: token.secret)
        var events = ServerSentEvents()
        do {
            for try await line in http.lines(request, stallTimeout: .seconds(90)) {
                guard let data = events.take(line) else { continue }
                // An event of a later version that cannot be read does not end the watch.
                guard let event = try? Wire.decode(LiveEvent.self, from: Data(data.utf8)) else { continue }
                try receive(event)
            }
        } catch let error as HTTPTransferError {
            throw ClientError(error, address: address)
        }
    }

    // MARK: - One exchange

    private func get<Value: Decodable>(_ path: String, limit: Int? = nil) async throws -> Value {
        try await get(path, query: limit.map { [(name: Route.limitParameter, value: "\($0)")] } ?? [])
    }

    private func get<Value: Decodable>(_ path: String, query: [(name: String, value: String)]) async throws -> Value {
        let request = HTTPRequest("GET", address.url(path, query: query), token: token.secret)
        return try value(of: try await translated { try await http.send(request, maximumBody: 64 << 20) })
    }

    private func send<Value: Decodable>(
        _ method: String, _ path: String, _ body: some Encodable & Sendable, headers: HTTPHeaders = [:]
    ) async throws -> Value {
        var headers = headers
        headers["Content-Type"] = "application/json"
        let request = HTTPRequest(
            method, address.url(path), headers: headers, body: try Wire.encode(body), token: token.secret)
        return try value(of: try await translated { try await http.send(request) })
    }

    private func translated(_ exchange: () async throws -> HTTPResponse) async throws -> HTTPResponse {
        do {
            return try await exchange()
        } catch let error as HTTPTransferError {
            throw ClientError(error, address: address)
        }
    }

    private func succeeded(_ response: HTTPResponse) throws {
        guard (200...299).contains(response.status) else {
            throw ClientError(
                status: response.status, contentType: response.headers["Content-Type"],
                problem: try? ProblemDetails(json: response.body), address: address)
        }
    }

    private func value<Value: Decodable>(of response: HTTPResponse) throws -> Value {
        try succeeded(response)
        do {
            return try Wire.decode(Value.self, from: response.body)
        } catch {
            throw ClientError.unreachable(
                "the answer of \(address.text) cannot be read (\(plainWords(error))): are loa and the controller of the same version?"
            )
        }
    }
}
