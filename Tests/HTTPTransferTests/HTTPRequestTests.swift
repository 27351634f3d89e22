import Foundation
import HTTPTransfer
import Synchronization
import Testing

@Suite struct HTTPRequestTests {
    private struct Echo: Decodable {
        let method: String
        let path: String
        let length: Int
        let sum: Int
        let headers: [String: String]
    }

    private static let server = Result { try TestServer() }
    private let server: TestServer
    private let client = HTTPClient()

    init() throws {
        server = try Self.server.get()
    }

    private func echo(_ response: HTTPResponse) throws -> Echo {
        #expect(response.status == 201)
        #expect(response.headers["x-kind"] == "echo")
        return try JSONDecoder().decode(Echo.self, from: response.body)
    }

    private func failure(_ request: HTTPRequest, maximumBody: Int = 1_000_000) async -> HTTPTransferError? {
        await #expect(throws: HTTPTransferError.self) { _ = try await client.send(request, maximumBody: maximumBody) }
    }

    @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE"], [nil, Data(), Data("xin chào".utf8)])
    func `method, headers, token and body arrive`(method: String, body: Data?) async throws {
        var request = HTTPRequest(method, server.url("echo?a=b"), body: body, token: "secret")
        request.headers = ["Content-Type": "application/json", "X-Empty": ""]
        let said = try echo(try await client.send(request))
        #expect(said.method == method)
        #expect(said.path == "/echo?a=b")
        #expect(said.length == body?.count ?? 0)
        #expect(said.sum == body?.reduce(0) { $0 + Int($1) } ?? 0)
        #expect(said.headers["authorization"] == "Bearer secret")
        #expect(said.headers["content-type"] == "application/json")
        #expect(said.headers["x-empty"] == "")
        #expect(said.headers["user-agent"] == "loa")
        #expect(said.headers["expect"] == nil)
    }

    @Test func `HEAD has a length and no body`() async throws {
        let response = try await client.send(HTTPRequest("HEAD", server.url("file")), maximumBody: 10)
        #expect(response.status == 200)
        #expect(response.headers["content-length"] == "300000")
        #expect(response.body.isEmpty)
    }

    @Test(arguments: [404, 401, 422, 500])
    func `any status is an answer`(status: Int) async throws {
        let response = try await client.send(HTTPRequest("GET", server.url("status/\(status)")))
        #expect(response.status == status)
        #expect(response.body == Data(#"{"title":"as asked"}"#.utf8))
    }

    @Test func `a redirect of POST is an answer, not followed`() async throws {
        let response = try await client.send(HTTPRequest("POST", server.url("redirects/1"), body: Data("x".utf8)))
        #expect(response.status == 302)
    }

    @Test func `a token does not follow a redirect to another server`() async throws {
        let other = try TestServer()
        let target = other.url("echo")
        let said = try echo(
            try await client.send(HTTPRequest("GET", server.url("redirect?to=\(target)"), token: "secret")))
        #expect(said.headers["user-agent"] == "loa")
        #expect(said.headers["authorization"] == nil)
        let same = try echo(try await client.send(HTTPRequest("GET", server.url("redirect?to=/echo"), token: "secret")))
        #expect(same.headers["authorization"] == "Bearer secret")
    }

    @Test(arguments: ["file", "endless", "lies"])
    func `an answer that is too large is refused`(path: String) async throws {
        #expect(await failure(HTTPRequest("GET", server.url(path)), maximumBody: 299_999)?.kind == .tooLarge)
    }

    @Test func `an answer of just the limit is taken`() async throws {
        let response = try await client.send(HTTPRequest("GET", server.url("file")), maximumBody: 300_000)
        #expect(response.body == TestServer.content)
    }

    @Test func `an exchange that takes too long ends`() async throws {
        let request = HTTPRequest("GET", server.url("silent"), timeout: .milliseconds(300))
        #expect(await failure(request)?.kind == .timedOut)
    }

    @Test func `an answer that is cut or no HTTP is an error`() async throws {
        #expect(await failure(HTTPRequest("GET", server.url("cut")))?.kind == .interrupted)
        #expect(await failure(HTTPRequest("GET", server.url("broken"))) != nil)
    }

    @Test(arguments: ["A: b\r\nX-Evil: 1", "b\nc", "\u{7F}"])
    func `control characters in headers and tokens are refused`(text: String) async throws {
        #expect(await failure(HTTPRequest("GET", server.url("echo"), headers: ["X-A": text]))?.kind == .invalidRequest)
        #expect(await failure(HTTPRequest("GET", server.url("echo"), token: text))?.kind == .invalidRequest)
        #expect(await failure(HTTPRequest(text, server.url("echo")))?.kind == .invalidRequest)
    }

    @Test(arguments: [
        "http://user:pa55word@127.0.0.1:1/path?key=pa55word#pa55word", "http://user:pa55word/@127.0.0.1:1/path",
        "pa55word", "ftp://x:pa55word@127.0.0.1/path",
        "http:///pa55word?pa55word".replacing("/pa55word", with: "/path"),
    ])
    func `errors tell no secrets`(url: String) async throws {
        let error = await failure(HTTPRequest("GET", url, headers: ["X-Key": "pa55word"], token: "pa55word"))
        let told = try #require(error)
        #expect(!"\(told) \(String(reflecting: told))".contains("pa55word"))
        #expect("\(told)".contains("path") || url == "pa55word")
    }

    @Test func `an upload arrives whole, with progress`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(TestServer.content, to: "it")
        let seen = Atomic<Int64>(0)
        let request = HTTPRequest("POST", server.url("echo"), headers: ["Content-Type": "audio/mpeg"], token: "secret")
        let said = try echo(
            try await client.upload(folder.path("it"), with: request) { progress in
                #expect(progress.total == 300_000)
                seen.store(progress.bytes, ordering: .relaxed)
            })
        #expect(said.method == "POST")
        #expect(said.length == 300_000)
        #expect(said.sum == TestServer.content.reduce(0) { $0 + Int($1) })
        #expect(said.headers["content-type"] == "audio/mpeg")
        #expect(said.headers["authorization"] == "Bearer secret")
        #expect(seen.load(ordering: .relaxed) == 300_000)
    }

    @Test func `an upload that is refused early has its answer`() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Data(count: 30_000), to: "it")
        let response = try await client.upload(folder.path("it"), with: HTTPRequest("POST", server.url("refuse")))
        #expect(response.status == 401)
    }

    @Test(arguments: ["/nowhere/at/all", "/", "/dev/null"])
    func `an upload of what is no file is a fault of the file`(path: String) async throws {
        let error = await #expect(throws: HTTPTransferError.self) {
            _ = try await client.upload(path, with: HTTPRequest("POST", server.url("echo")))
        }
        #expect(error?.kind == .file)
    }

    @Test func `a task that is cancelled while the server is silent comes free`() async throws {
        let task = Task { [client, server] in
            try await client.send(HTTPRequest("GET", server.url("silent")))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }

    @Test func `a certificate is trusted only where its authority is`() async throws {
        let folder = try TemporaryFolder()
        let certificate = folder.path("both.pem")
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/openssl")
        openssl.arguments =
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
            + [
                "-subj", "/CN=loa", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", certificate, "-out",
                certificate,
            ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        let secure = try TestServer(certificate: certificate)
        #expect(await failure(HTTPRequest("GET", secure.url("echo")))?.kind == .insecure)
        let trusting = HTTPClient(configuration: .init(caFile: certificate))
        #expect(try await trusting.send(HTTPRequest("GET", secure.url("echo"))).status == 201)
    }
}
