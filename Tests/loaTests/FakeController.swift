import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation

/// An HTTP server that answers as it is told, and keeps what it was asked.
///
/// A controller itself is tried elsewhere; here the answers must be ones that a controller gives once in a hundred years.
final class FakeController: Sendable {
    /// The one token that it accepts.
    static let token = "geheim-7f3a"

    /// What is answered, the last one for ever.
    enum Answer: Sendable {
        case json(Int, Data)
        case problem(ProblemDetails)
        case events(String)
        case text(Int, String)
        /// The connection is closed without an answer.
        case nothing
    }

    /// What it was asked.
    struct Asked: Decodable, Sendable {
        var route: String
        var query: String
        var headers: [String: String]
        var body: String
    }

    let port: Int
    private let folder: TemporaryFolder
    private let server: ChildProcess

    /// A server that knows `routes`, named as `GET /api/v1/nodes`. All others are not found.
    init(_ routes: [String: [Answer]]) async throws {
        folder = try TemporaryFolder(prefix: "fake-controller")
        let json = try JSONEncoder().encode(routes.mapValues { $0.map(Scripted.init) })
        let script = try folder.write(String(decoding: json, as: UTF8.self), to: "routes.json")
        server = try ChildProcess(
            "python3", ["-c", Self.program, script, folder.file("asked"), Self.token])
        let line = try await server.line { $0.hasPrefix("port ") }
        port = Int(line.dropFirst(5)) ?? 0
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// What it was asked so far, in order.
    func asked() throws -> [Asked] {
        guard let text = try? String(contentsOfFile: folder.file("asked"), encoding: .utf8) else { return [] }
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Asked.self, from: Data($0.utf8)) }
    }

    private struct Scripted: Encodable {
        var status = 200
        var type = "application/json"
        var body = ""
        var drop = false

        init(_ answer: Answer) {
            switch answer {
            case .json(let status, let data):
                self.status = status
                body = String(decoding: data, as: UTF8.self)
            case .problem(let problem):
                status = problem.status
                type = Route.problemType
                body = (try? Wire.encode(problem)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            case .events(let text):
                type = "text/event-stream"
                body = text
            case .text(let status, let text):
                self.status = status
                type = "text/html"
                body = text
            case .nothing: drop = true
            }
        }
    }

    private static let program = """
        import collections, http.server, json, sys
        routes, counts = json.load(open(sys.argv[1])), collections.Counter()
        unauthorized = {"status": 401, "type": "application/problem+json", "drop": False, "body": json.dumps({
            "type": "urn:loa:problem:unauthorized", "title": "A valid token is needed", "status": 401})}
        unknown = {"status": 404, "type": "application/problem+json", "drop": False, "body": json.dumps({
            "type": "urn:loa:problem:not-found", "title": "There is no such thing", "status": 404})}
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8", "replace")
                path, _, query = self.path.partition("?")
                route = self.command + " " + path
                with open(sys.argv[2], "a") as log:
                    log.write(json.dumps({"route": route, "query": query, "body": body,
                        "headers": {name.lower(): value for name, value in self.headers.items()}}) + "\\n")
                answers = routes.get(route, [unknown])
                answer = answers[min(counts[route], len(answers) - 1)]
                counts[route] += 1
                if self.headers.get("Authorization") != "Bearer " + sys.argv[3]: answer = unauthorized
                self.close_connection = True
                if answer["drop"]: return
                data = answer["body"].encode()
                self.send_response(answer["status"])
                self.send_header("Content-Type", answer["type"])
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            do_GET = do_POST = do_PUT = do_DELETE = answer
            def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print("port", server.server_port, flush=True)
        server.serve_forever()
        """
}
