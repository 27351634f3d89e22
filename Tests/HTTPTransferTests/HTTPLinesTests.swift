import Foundation
import HTTPTransfer
import Testing

@Suite struct HTTPLinesTests {
    private static let server = Result { try TestServer() }
    private let server: TestServer
    private let client = HTTPClient()

    init() throws {
        server = try Self.server.get()
    }

    private func failure(_ path: String) async -> HTTPTransferError? {
        await #expect(throws: HTTPTransferError.self) {
            for try await _ in client.lines(HTTPRequest("GET", server.url(path))) {}
        }
    }

    @Test func `lines come whole, whatever pieces they came in`() async throws {
        var lines: [String] = []
        for try await line in client.lines(HTTPRequest("GET", server.url("events"))) { lines.append(line) }
        #expect(lines == [": hello", "data: một", "", "id: 2", "data: hai", "", "last"])
    }

    @Test func `a line is there before the answer ends, and leaving ends the transfer`() async throws {
        for try await line in client.lines(HTTPRequest("GET", server.url("events-for-ever"))) {
            #expect(line == "data: one")
            break
        }
    }

    @Test func `a cancelled reader comes free`() async throws {
        let (lines, continuation) = AsyncStream<String>.makeStream()
        let reader = Task { [client, server] in
            for try await line in client.lines(HTTPRequest("GET", server.url("events-for-ever"))) {
                continuation.yield(line)
            }
        }
        for await _ in lines { break }
        reader.cancel()
        _ = await reader.result
    }

    @Test func `a status other than success carries the body`() async throws {
        let error = await failure("status/403")
        #expect(error?.kind == .status(403))
        #expect(error?.body == Data(#"{"title":"as asked"}"#.utf8))
    }

    @Test func `a line without an end is refused`() async throws {
        #expect(await failure("long-line")?.kind == .tooLarge)
    }

    @Test func `a reader that is too far behind is told so, after the lines that it has`() async throws {
        let lines = client.lines(HTTPRequest("GET", server.url("flood")))
        var iterator = lines.makeAsyncIterator()
        #expect(try await iterator.next() == "data: x")
        // Nothing more is read until the server saw the transfer end.
        _ = try await client.send(HTTPRequest("GET", server.url("flood-ended")))
        var count = 1
        let error = await #expect(throws: HTTPTransferError.self) {
            while try await iterator.next() != nil { count += 1 }
        }
        #expect(error?.kind == .slowReader)
        #expect(count >= 4_096)
    }
}
