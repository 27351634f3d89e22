import Broadcasting
import ControllerAPI
import Crypto
import Foundation
import Testing

@testable import ControllerServices

/// Files that people send.
@Suite struct LibraryTests {
    private func library(_ bench: Bench, maximumBytes: Int64 = 1_000_000) throws -> Library {
        let library = Library(state: bench.state, ledger: bench.ledger, feed: bench.feed, maximumBytes: maximumBytes)
        try library.prepare()
        return library
    }

    /// `data` as it comes from a network, in pieces.
    private func chunks(_ data: Data, failing: (any Error & Sendable)? = nil) -> AsyncThrowingStream<[UInt8], any Error>
    {
        let bytes = Array(data)
        return AsyncThrowingStream { continuation in
            for start in stride(from: 0, to: bytes.count, by: 7000) {
                continuation.yield(Array(bytes[start..<min(start + 7000, bytes.count)]))
            }
            continuation.finish(throwing: failing)
        }
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
    }

    private func add(_ data: Data, _ library: Library, title: String? = nil, filename: String? = nil) async throws
        -> (item: AudioItem, isNew: Bool)
    {
        try await library.add(title: title, filename: filename, announced: nil, chunks: chunks(data))
    }

    @Test func `an announcement is measured, and kept under its hash as it came`() async throws {
        let bench = try Bench()
        let library = try library(bench)
        let data = try await Workshop().speech("a.mp3")
        let (item, isNew) = try await add(data, library, filename: "thông báo.mp3")
        #expect(isNew)
        #expect(item.sha256 == ContentHash(SHA256.hash(data: data)))
        #expect(item.bytes == Int64(data.count))
        #expect(item.title == "thông báo")
        #expect((1...10).contains(item.duration))
        #expect(item.sampleRate == 22_050)
        #expect(item.channels == 1)
        let loudness = try #require(item.loudness)
        let peak = try #require(item.truePeak)
        #expect((-35 ... -8).contains(loudness))
        #expect(abs(item.gain - min(-16 - loudness, -1 + 6 - peak)) < 1e-9, "the limiter may take off 6 dB")
        #expect(try Data(contentsOf: URL(filePath: library.path(of: item.sha256))) == data)
        #expect(try names(bench.state.incoming).isEmpty)
    }

    @Test func `the same audio is kept once, whatever it is called`() async throws {
        let bench = try Bench()
        let library = try library(bench)
        let data = try await Workshop().speech("a.mp3")
        let first = try await add(data, library, title: "one")
        let second = try await add(data, library, title: "two")
        #expect(!second.isNew)
        #expect(second.item == first.item)
        #expect(try names(bench.state.content).count == 1)
    }

    @Test func `a file that was lost from the disk is mended by sending it again`() async throws {
        let bench = try Bench()
        let library = try library(bench)
        let data = try await Workshop().speech("a.mp3")
        let (item, _) = try await add(data, library)
        try Data(data.prefix(100)).write(to: URL(filePath: library.path(of: item.sha256)))
        #expect(try await add(data, library).item == item)
        #expect(try Data(contentsOf: URL(filePath: library.path(of: item.sha256))) == data)
    }

    @Test func `what cannot be broadcast is refused in words, and leaves nothing behind`() async throws {
        let bench = try Bench()
        let library = try library(bench)
        let workshop = try Workshop()
        let whole = try await workshop.speech("a.mp3", options: "-V 4")
        let cut = whole.prefix(whole.count / 2)
        let cases: [(Data, String)] = [
            (Data(), "empty"), (Data("<html>not found</html>".utf8), "not an MP3"),
            (try workshop.data("a.mp3.wav"), "not an MP3"), (cut, "cut short"),
            (Data((0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }), "not an MP3"),
        ]
        for (data, words) in cases {
            let error = await #expect(throws: ProblemDetails.self) { try await add(data, library) }
            #expect(error?.kind == .unsuitableAudio)
            #expect(error?.detail?.contains(words) == true, "\(error?.detail ?? "no words")")
        }
        #expect(try names(bench.state.content).isEmpty)
        #expect(try names(bench.state.incoming).isEmpty)
        #expect(try await bench.ledger.read { try $0.audio(limit: 10) }.isEmpty)
    }

    @Test func `a file that is too large is refused before it is whole`() async throws {
        let bench = try Bench()
        let library = try library(bench, maximumBytes: 20_000)
        let data = Data(repeating: 0, count: 20_001)
        let unannounced = await #expect(throws: ProblemDetails.self) { try await add(data, library) }
        #expect(unannounced?.kind == .tooLarge)
        let announced = await #expect(throws: ProblemDetails.self) {
            try await library.add(
                title: nil, filename: nil, announced: 10_000_000_000, chunks: chunks(Data()))
        }
        #expect(announced?.kind == .tooLarge)
        #expect(try names(bench.state.incoming).isEmpty)
    }

    @Test func `an upload that breaks off leaves nothing behind, and a new start clears what a crash left`()
        async throws
    {
        struct Gone: Error {}
        let bench = try Bench()
        let library = try library(bench)
        let data = try await Workshop().speech("a.mp3")
        await #expect(throws: Gone.self) {
            try await library.add(title: nil, filename: nil, announced: nil, chunks: chunks(data, failing: Gone()))
        }
        #expect(try names(bench.state.incoming).isEmpty)
        try data.write(to: URL(filePath: "\(bench.state.incoming)/left-behind"))
        try library.prepare()
        #expect(try names(bench.state.incoming).isEmpty)
    }
}
