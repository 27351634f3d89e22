import Foundation
import HTTPTransfer
import Synchronization
import Testing

@Suite struct HTTPDownloadTests {
    private static let server = Result { try TestServer() }
    private let server: TestServer
    private let folder: TemporaryFolder
    private let client = HTTPClient()
    private let whole = TestServer.content

    init() throws {
        server = try Self.server.get()
        folder = try TemporaryFolder()
    }

    private func download(_ path: String, expected: Int64? = nil, limit: Int64 = 1 << 20) async throws -> HTTPDownload {
        try await client.download(server.url(path), to: folder.path("it"), expectedBytes: expected, limit: limit)
    }

    private func failure(_ path: String, expected: Int64? = nil, limit: Int64 = 1 << 20) async -> HTTPTransferError? {
        await #expect(throws: HTTPTransferError.self) {
            _ = try await download(path, expected: expected, limit: limit)
        }
    }

    private var isWhole: Bool {
        get throws { try folder.contents("it") == whole }
    }

    @Test func `a file comes whole, with progress up to its size`() async throws {
        let seen = Atomic<Int64>(0)
        let outcome = try await client.download(
            server.url("file"), to: folder.path("it"), expectedBytes: 300_000, limit: 1 << 20
        ) { progress in
            #expect(progress.total == 300_000)
            #expect(progress.bytes > seen.load(ordering: .relaxed))
            seen.store(progress.bytes, ordering: .relaxed)
        }
        #expect(outcome == HTTPDownload(bytes: 300_000, resumedFrom: 0))
        #expect(seen.load(ordering: .relaxed) == 300_000)
        #expect(try isWhole)
    }

    @Test func `a connection that is cut leaves what came, and the next download goes on from there`() async throws {
        #expect(await failure("cut")?.kind == .interrupted)
        #expect(try folder.contents("it") == whole.prefix(100_000))
        #expect(await failure("cut", expected: 300_000)?.kind == .interrupted)
        #expect(try folder.contents("it") == whole.prefix(200_000))
        let outcome = try await download("cut", expected: 300_000)
        #expect(outcome == HTTPDownload(bytes: 300_000, resumedFrom: 200_000))
        #expect(try isWhole)
    }

    @Test(arguments: ["without-range", "never-the-rest"])
    func `a server that cannot go on is asked for the whole`(path: String) async throws {
        try folder.write(Data(repeating: 9, count: 5_000), to: "it")
        #expect(try await download(path) == HTTPDownload(bytes: 300_000, resumedFrom: 0))
        #expect(try isWhole)
    }

    @Test func `a range that was not asked for is not written`() async throws {
        try folder.write(whole.prefix(1_000), to: "it")
        #expect(await failure("other-range")?.kind == .malformedResponse)
        #expect(try folder.contents("it") == whole.prefix(1_000))
    }

    @Test func `a file that is whole already is not fetched`() async throws {
        try folder.write(whole, to: "it")
        let done = HTTPDownload(bytes: 300_000, resumedFrom: 300_000)
        #expect(try await download("file") == done)
        #expect(try await download("status/500", expected: 300_000) == done)
        #expect(try isWhole)
    }

    @Test func `a file that is longer than it may be is fetched anew`() async throws {
        try folder.write(whole + whole, to: "it")
        #expect(try await download("file", expected: 300_000) == HTTPDownload(bytes: 300_000, resumedFrom: 0))
        #expect(try isWhole)
    }

    @Test(
        arguments: [("lies", nil), ("endless", nil), ("file", 299_999), ("without-range", 1_000)] as [(String, Int64?)])
    func `more bytes than allowed end the download and leave nothing`(path: String, expected: Int64?) async throws {
        #expect(await failure(path, expected: expected)?.kind == .tooLarge)
        #expect(try folder.contents("it").isEmpty)
    }

    @Test func `fewer bytes than expected are an error`() async throws {
        #expect(await failure("file", expected: 300_001)?.kind == .wrongLength)
    }

    @Test(arguments: [404, 403, 500, 503])
    func `a status that is no content leaves the file as it was`(status: Int) async throws {
        try folder.write(whole.prefix(77), to: "it")
        #expect(await failure("status/\(status)")?.kind == .status(status))
        #expect(try folder.contents("it") == whole.prefix(77))
    }

    @Test func `few redirects are followed, many are not`() async throws {
        #expect(try await download("redirects/3").bytes == 300_000)
        #expect(await failure("redirects/9")?.kind == .malformedResponse)
    }

    @Test func `a redirect to a file of this machine is refused`() async throws {
        let refused = try #require(await failure("redirect?to=file:///etc/hostname"))
        #expect(refused.kind == .malformedResponse)
        #expect(refused.reason == "the server leads to file:///etc/hostname, which is neither http nor https")
        #expect(try folder.contents("it").isEmpty)
    }

    @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/x", "not a url", "", "http://"])
    func `what is no HTTP URL is refused`(url: String) async throws {
        let error = await #expect(throws: HTTPTransferError.self) {
            _ = try await client.download(url, to: folder.path("it"), limit: 1_000)
        }
        #expect(error?.kind == .invalidRequest)
    }

    @Test func `a server that is not there is unreachable`() async throws {
        let error = await #expect(throws: HTTPTransferError.self) {
            _ = try await client.download("http://127.0.0.1:1/file", to: folder.path("it"), limit: 1_000)
        }
        #expect(error?.kind == .unreachable)
    }

    @Test func `a transfer that stalls is given up`() async throws {
        let client = HTTPClient(configuration: .init(stallTimeout: .seconds(1)))
        let error = await #expect(throws: HTTPTransferError.self) {
            _ = try await client.download(server.url("stall/0"), to: folder.path("it"), limit: 1_000)
        }
        #expect(error?.kind == .timedOut)
    }

    @Test func `a cancelled download ends at once, with what came`() async throws {
        let (bytes, continuation) = AsyncStream<Int64>.makeStream()
        let download = Task { [client, server, folder] in
            try await client.download(server.url("stall/10"), to: folder.path("it"), limit: 1_000) { progress in
                continuation.yield(progress.bytes)
            }
        }
        for await count in bytes where count == 10 { break }
        download.cancel()
        await #expect(throws: CancellationError.self) { _ = try await download.value }
        #expect(try folder.contents("it").count == 10)
    }

    @Test(arguments: ["/nowhere/at/all", "/", "/dev/full"])
    func `a path that cannot be written is a fault of the file`(path: String) async throws {
        let error = await #expect(throws: HTTPTransferError.self) {
            _ = try await client.download(server.url("file"), to: path, limit: 1 << 20)
        }
        #expect(error?.kind == .file)
    }
}
