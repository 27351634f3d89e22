import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import ControllerServices

/// A controller's interface without a broker, and a token for it.
struct House: Sendable {
    let bench: Bench
    let web: WebInterface
    let token: String

    init() async throws {
        bench = try Bench()
        try await bench.furnish()
        token = try await bench.ledger.write { try $0.makeToken(name: "test") }.token
        let library = Library(
            state: bench.state, ledger: bench.ledger, feed: bench.feed, maximumBytes: 1_000_000)
        try library.prepare()
        let reporter = StatusReporter(
            ledger: bench.ledger, registry: bench.registry, state: bench.state, startedAt: bench.now,
            isBrokerConnected: { false })
        web = WebInterface(
            library: library, desk: bench.desk, schedules: bench.schedules, registry: bench.registry,
            reporter: reporter, feed: bench.feed, ledger: bench.ledger)
    }

    func serve(_ body: @escaping @Sendable (Caller) async throws -> Void) async throws {
        try await Application(router: web.router(), logger: bench.log.logger).test(.router) { client in
            try await body(Caller(client: client, token: token))
        }
    }
}

struct Caller: Sendable {
    let client: any TestClientProtocol
    let token: String

    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, headers: HTTPFields = [:],
        token: String? = nil
    ) async throws -> TestResponse {
        var headers = headers
        headers[.authorization] = "Bearer \(token ?? self.token)"
        return try await client.execute(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }

    func problem(_ response: TestResponse) throws -> ProblemDetails {
        #expect(response.headers[.contentType] == Route.problemType)
        let problem = try Wire.decode(ProblemDetails.self, from: Data(response.body.readableBytesView))
        #expect(problem.status == response.status.code)
        return problem
    }

    func read<Value: Decodable>(_ type: Value.Type, _ response: TestResponse) throws -> Value {
        #expect(response.headers[.contentType] == "application/json")
        return try Wire.decode(type, from: Data(response.body.readableBytesView))
    }
}
