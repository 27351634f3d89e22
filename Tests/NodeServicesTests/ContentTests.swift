import Broadcasting
import Crypto
import Foundation
import Logging
import RuntimeSupport
import Testing

@testable import NodeServices

@Suite struct ContentTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "loa-content-\(UUID().uuidString)")
        .path()

    private func audio(_ bytes: Data, claiming size: Int64? = nil) -> AudioReference {
        AudioReference(
            sha256: ContentHash(SHA256.hash(data: bytes)), bytes: size ?? Int64(bytes.count), duration: 1, gain: 0)
    }

    private func store(quota: Int64 = 1 << 30) throws -> ContentStore { try ContentStore(folder: folder, quota: quota) }

    @Test func `audio is there only after its hash was compared, and again each time it is opened`() async throws {
        let bytes = Data("sound".utf8)
        let audio = audio(bytes)
        let store = try store()
        await #expect(throws: ContentStore.Fault.missing) { try await store.open(audio) }
        try bytes.write(to: URL(filePath: store.partialPath(of: audio.sha256)))
        await #expect(throws: ContentStore.Fault.missing) { try await store.open(audio) }
        try await store.adopt(audio)
        #expect(try await store.open(audio) == store.path(of: audio.sha256))
        try Data("soumd".utf8).write(to: URL(filePath: store.path(of: audio.sha256)))
        await #expect {
            try await store.open(audio)
        } throws: { if case .corrupt? = $0 as? ContentStore.Fault { true } else { false } }
        await #expect(throws: ContentStore.Fault.missing) { try await store.open(audio) }
    }

    @Test func `a download that is not what the document says is thrown away`() async throws {
        let store = try store()
        let lies = [audio(Data("sound".utf8)), audio(Data("other".utf8), claiming: 6)]
        for audio in lies {
            let part = store.partialPath(of: audio.sha256)
            try Data("other".utf8).write(to: URL(filePath: part))
            await #expect {
                try await store.adopt(audio)
            } throws: { if case .corrupt? = $0 as? ContentStore.Fault { true } else { false } }
            #expect(!FileManager.default.fileExists(atPath: part))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a warning's audio is opened while large audio is still being compared`() async throws {
        let small = audio(Data("warning".utf8))
        let store = try store()
        try Data("warning".utf8).write(to: URL(filePath: store.path(of: small.sha256)))
        // A pipe whose end never comes stands for a slow disk.
        let slow = AudioReference(sha256: audio(Data("slow".utf8)).sha256, bytes: 0, duration: 1, gain: 0)
        let pipe = store.path(of: slow.sha256)
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        let writer = unsafe open(pipe, O_RDWR | O_CLOEXEC)
        defer { close(writer) }
        let reading = Task { try? await store.open(slow) }
        #expect(try await store.open(small) == store.path(of: small.sha256))
        #expect(store.holds(small))
        // One byte, so that the read returns and sees that nobody wants it any more.
        reading.cancel()
        #expect(unsafe write(writer, "x", 1) == 1)
        #expect(await reading.value == nil)
    }

    @Test func `room is made by what nobody wants, the oldest first`() async throws {
        let store = try store(quota: 30)
        var pieces: [AudioReference] = []
        for number in 0..<3 {
            let bytes = Data("piece no \(number)".utf8)
            pieces.append(audio(bytes))
            let path = store.path(of: pieces[number].sha256)
            try bytes.write(to: URL(filePath: path))
            setTimes(path, used: 1000 - number, compared: 2000 + number)
        }
        #expect(await store.makeRoom(for: 10, keeping: [pieces[2].sha256]))
        #expect(store.holds(pieces[0]))
        #expect(!store.holds(pieces[1]))
        #expect(store.holds(pieces[2]))
        #expect(await !store.makeRoom(for: 25, keeping: [pieces[2].sha256]))
        #expect(store.holds(pieces[2]))
    }

    // MARK: - The scrub

    private func setTimes(_ path: String, used: Int, compared: Int) {
        let times = [timespec(tv_sec: used, tv_nsec: 0), timespec(tv_sec: compared, tv_nsec: 0)]
        #expect(unsafe utimensat(AT_FDCWD, path, times, 0) == 0)
    }

    private func comparedAt(_ path: String) throws -> Date {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
    }

    @Test func `each week the scrub compares every piece, and deletes and reports the one that lost a bit`()
        async throws
    {
        let store = try store()
        let now = Timestamp(nanoseconds: WallClock.nanoseconds)
        let today = Int(now.nanoseconds / 1_000_000_000)
        // Compared eight days ago, six days ago, in a year that has not come, and eight days ago but damaged since.
        let ages = [8, 6, -400, 8]
        let pieces = ages.indices.map { Data("piece \($0)".utf8) }
        for (number, bytes) in pieces.enumerated() {
            var bytes = bytes
            let path = store.path(of: audio(bytes).sha256)
            if number == 3 { bytes[0] ^= 1 }
            try bytes.write(to: URL(filePath: path))
            setTimes(path, used: 77, compared: today - ages[number] * 86_400)
        }
        let lost = Locked<[ContentHash]>([])
        let scrub = ContentScrub(store: store) { hash, fault in
            if case .corrupt = fault { lost.withLock { $0.append(hash) } }
        }
        await scrub.scrub()
        #expect(lost.withLock { $0 } == [audio(pieces[3]).sha256])
        #expect(!store.holds(audio(pieces[3])))
        for (number, isFresh) in [true, false, true].enumerated() {
            let path = store.path(of: audio(pieces[number]).sha256)
            let wasCompared = try comparedAt(path).timeIntervalSince1970 >= Double(today) - 5
            #expect(wasCompared == isFresh, "piece \(number)")
            var status = stat()
            #expect(unsafe stat(path, &status) == 0 && status.st_atim.tv_sec == 77, "a scrub is no use of the audio")
        }
        let end = Timestamp(nanoseconds: WallClock.nanoseconds)
        #expect(await store.stalest(olderThan: ContentScrub.age, now: end) == nil)
    }

    @Test func `audio that is opened to be played counts as compared and as used`() async throws {
        let store = try store()
        let bytes = Data("sound".utf8)
        let path = store.path(of: audio(bytes).sha256)
        try bytes.write(to: URL(filePath: path))
        setTimes(path, used: 1, compared: 1)
        #expect(await store.stalest(olderThan: 10, now: Timestamp(nanoseconds: WallClock.nanoseconds)) != nil)
        _ = try await store.open(audio(bytes))
        #expect(await store.stalest(olderThan: 10, now: Timestamp(nanoseconds: WallClock.nanoseconds)) == nil)
        var status = stat()
        #expect(unsafe stat(path, &status) == 0 && status.st_atim.tv_sec > 1)
    }

    // MARK: - Fetching

    /// A fetcher whose network is a closure.
    private func fetch(
        _ wanted: [AudioReference], from addresses: [String], count: Int, quota: Int64 = 1 << 30,
        download: @escaping ContentFetcher.Download
    ) async throws -> [String] {
        let (news, sink) = AsyncStream.makeStream(of: String.self)
        let fetcher = try fetcher(quota: quota, telling: sink, download: download)
        let task = Task { await fetcher.run() }
        defer { task.cancel() }
        await fetcher.use(addresses: addresses)
        await fetcher.want(wanted)
        var lines: [String] = []
        for await line in news {
            lines.append(line)
            if lines.count == count { break }
        }
        return lines
    }

    private func fetcher(
        quota: Int64 = 1 << 30, telling sink: AsyncStream<String>.Continuation,
        download: @escaping ContentFetcher.Download
    ) throws -> ContentFetcher {
        ContentFetcher(store: try store(quota: quota), logger: Logger(label: "test"), download: download) { piece in
            switch piece {
            case .available(let hash): sink.yield("available \(hash)")
            case .evicted(let hash): sink.yield("evicted \(hash)")
            case .failed(let hash, let reason): sink.yield("failed \(hash) \(reason.code)")
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a wanted piece that made room for another is told, and fetched again when there is room`() async throws {
        let bytes = (0..<3).map { Data(repeating: UInt8($0), count: 20) }
        let pieces = bytes.map { audio($0) }
        let (news, sink) = AsyncStream.makeStream(of: String.self)
        let fetcher = try fetcher(quota: 45, telling: sink) { url, path, _ throws(ContentFetcher.DownloadFailure) in
            let piece = bytes.first { url.contains(ContentHash(SHA256.hash(data: $0)).hex) } ?? Data()
            do { try piece.write(to: URL(filePath: path)) } catch { throw .unavailable("\(error)") }
        }
        let task = Task { await fetcher.run() }
        defer { task.cancel() }
        await fetcher.use(addresses: ["http://good"])
        var lines = news.makeAsyncIterator()
        await fetcher.want([pieces[2]])
        #expect(await lines.next() == "available \(pieces[2].sha256)")
        await fetcher.want(pieces)
        #expect(await lines.next() == "available \(pieces[0].sha256)")
        #expect(await lines.next() == "evicted \(pieces[2].sha256)")
        #expect(await lines.next() == "available \(pieces[1].sha256)")
        await fetcher.want([pieces[1], pieces[2]])
        await fetcher.use(addresses: ["http://also-good"])
        #expect(await lines.next() == "available \(pieces[2].sha256)")
        #expect(await fetcher.counts == (2, 0))
    }

    @Test(.timeLimit(.minutes(1)))
    func `what an earlier download left needs no room a second time`() async throws {
        let bytes = Data(repeating: 7, count: 20)
        let piece = audio(bytes)
        try bytes.prefix(15).write(to: URL(filePath: try store(quota: 30).partialPath(of: piece.sha256)))
        let lines = try await fetch([piece], from: ["http://good"], count: 1, quota: 30) {
            _, path, _ throws(ContentFetcher.DownloadFailure) in
            do { try bytes.write(to: URL(filePath: path)) } catch { throw .unavailable("\(error)") }
        }
        #expect(lines == ["available \(piece.sha256)"])
    }

    @Test(.timeLimit(.minutes(1)))
    func `what was given up is tried again at another address`() async throws {
        let bytes = Data("sound".utf8)
        let piece = audio(bytes)
        let (news, sink) = AsyncStream.makeStream(of: String.self)
        let fetcher = try fetcher(telling: sink) { url, path, _ throws(ContentFetcher.DownloadFailure) in
            let sent = url.hasPrefix("http://good") ? bytes : Data("other".utf8)
            do { try sent.write(to: URL(filePath: path)) } catch { throw .unavailable("\(error)") }
        }
        let task = Task { await fetcher.run() }
        defer { task.cancel() }
        await fetcher.use(addresses: ["http://liar"])
        await fetcher.want([piece])
        var lines = news.makeAsyncIterator()
        #expect(await lines.next() == "failed \(piece.sha256) contentCorrupt")
        #expect(await fetcher.counts == (0, 1))
        await fetcher.use(addresses: ["http://good"])
        #expect(await lines.next() == "available \(piece.sha256)")
    }

    @Test func `pieces come in the order of their urgency, from the first address that has them and then from there`()
        async throws
    {
        let bytes = ["a", "b"].map { Data($0.utf8) }
        let pieces = bytes.map { audio($0) }
        let asked = Locked<[String]>([])
        let lines = try await fetch(pieces, from: ["http://dead", "http://good"], count: 2) {
            url, path, size throws(ContentFetcher.DownloadFailure) in
            asked.withLock { $0.append(String(url.prefix(12))) }
            guard url.hasPrefix("http://good") else { throw .unavailable("nobody there") }
            let piece = bytes.first { url.contains(ContentHash(SHA256.hash(data: $0)).hex) } ?? Data()
            do { try piece.write(to: URL(filePath: path)) } catch { throw .unavailable("\(error)") }
        }
        #expect(lines == pieces.map { "available \($0.sha256)" })
        #expect(asked.withLock { $0 } == ["http://dead/", "http://good/", "http://good/"])
    }

    @Test(.timeLimit(.minutes(1)))
    func `what is urgent takes the room of what is less so, and never the other way round`() async throws {
        let bytes = [Data(repeating: 1, count: 20), Data(repeating: 2, count: 20), Data(repeating: 3, count: 20)]
        let pieces = bytes.map { audio($0) }
        let store = try store(quota: 45)
        try bytes[0].write(to: URL(filePath: store.path(of: pieces[0].sha256)))
        try bytes[2].write(to: URL(filePath: store.path(of: pieces[2].sha256)))
        let lines = try await fetch(pieces, from: ["http://good"], count: 2, quota: 45) {
            _, path, _ throws(ContentFetcher.DownloadFailure) in
            do { try bytes[1].write(to: URL(filePath: path)) } catch { throw .unavailable("\(error)") }
        }
        #expect(lines == pieces[0...1].map { "available \($0.sha256)" })
        #expect(store.holds(pieces[0]))
        #expect(store.holds(pieces[1]))
        #expect(!store.holds(pieces[2]))
    }

    @Test func `wrong bytes are fetched again, and then given up with the reason`() async throws {
        let piece = audio(Data("sound".utf8))
        let tries = Locked(0)
        let lines = try await fetch([piece], from: ["http://liar"], count: 1) {
            _, path, _ throws(ContentFetcher.DownloadFailure) in
            tries.withLock { $0 += 1 }
            do { try Data("other".utf8).write(to: URL(filePath: path)) } catch { throw .unavailable("\(error)") }
        }
        #expect(lines == ["failed \(piece.sha256) contentCorrupt"])
        #expect(tries.withLock { $0 } == ContentFetcher.wrongContentLimit)
    }

    @Test func `a fetcher that is told to end ends the download that is under way`() async throws {
        let piece = audio(Data("sound".utf8))
        let (begun, sink) = AsyncStream.makeStream(of: Void.self)
        let fetcher = ContentFetcher(
            store: try store(), logger: Logger(label: "test"),
            download: { _, _, _ async throws(ContentFetcher.DownloadFailure) in
                sink.yield()
                // A server that sends nothing more: only a cancellation ends this.
                let (silence, _) = AsyncStream.makeStream(of: Void.self)
                for await _ in silence {}
                throw .unavailable("cancelled")
            }, report: { _ in })
        let task = Task { await fetcher.run() }
        await fetcher.use(addresses: ["http://stalled"])
        await fetcher.want([piece])
        for await _ in begun { break }
        task.cancel()
        await task.value
        #expect(await fetcher.counts == (0, 1))
    }
}
