import Broadcasting
import Crypto
import Foundation
import Logging
import NodeStore
import RuntimeSupport
import Testing

@testable import NodeServices
@testable import Playout

/// The shell around the director, with a real disk; nothing runs, so that each step can be looked at.
@Suite struct NodeCoreTests {
    private let signer = DocumentSigner(key: Curve25519.Signing.PrivateKey())
    private let topic = Topic.broadcasts(.node(NodeID(unchecked: "cl-01")))
    private let folder = FileManager.default.temporaryDirectory.appending(path: "loa-core-\(UUID().uuidString)").path()

    private func core(_ playhead: Playhead? = nil) async throws -> NodeCore {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = "\(folder)/node.yaml"
        try """
        node:
          id: cl-01
          state: \(folder)
        mqtt:
          host: localhost
        trust:
          keys: ["\(signer.publicKey.x)"]
        """.write(toFile: file, atomically: true, encoding: .utf8)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try NodeCore(
            configuration: NodeConfiguration(from: try await NodeConfiguration.reader(path: file)),
            store: NodeStore(folder: folder), playhead: playhead ?? Playhead(path: "\(folder)/playhead"),
            content: ContentStore(folder: "\(folder)/content", quota: 1 << 30),
            player: Player(configuration: PlayerConfiguration(device: "null"), logger: logger), timer: WakeTimer(),
            boot: "b", logger: logger,
            download: { _, _, _ async throws(ContentFetcher.DownloadFailure) in throw .unavailable("no network") })
    }

    private func signed(_ broadcasts: [Broadcast], number: Int64 = 1) throws -> Data {
        let document = Document(
            topic: topic, revision: Revision(epoch: 1, number: number),
            issuedAt: Timestamp(nanoseconds: WallClock.nanoseconds), body: BroadcastsDocument(broadcasts: broadcasts))
        return Data(try signer.sign(document).utf8)
    }

    private func emergency(_ audio: AudioReference) -> Broadcast {
        let now = Timestamp(nanoseconds: WallClock.nanoseconds)
        return Broadcast(
            id: BroadcastID(unchecked: "flood"), class: .emergency, title: "Lũ", audio: [audio], start: now,
            expires: now.advanced(bySeconds: 600))
    }

    private func kinds(_ core: NodeCore) async -> [String] {
        let records = await core.records(after: 0, limit: 1000)
        return records.compactMap { record in
            switch try? Wire.decode(JournalRecord.self, from: record.json).event {
            case .playback(let event)?: event.kind.rawValue
            case .node(let event)?: event.kind.rawValue
            case nil: nil
            }
        }
    }

    @Test func `however often the program died as it played, its next cues have a place in the playhead`() async throws
    {
        let playhead = try Playhead(path: folder + "-playhead")
        for number in 0..<Playhead.slots {
            playhead.note(CueID(broadcast: BroadcastID(unchecked: "a"), number: number), frames: 1, rate: 48_000)
        }
        try await core(playhead).begin()
        #expect(playhead.heard().isEmpty)
    }

    @Test func `topics that a broker makes up leave nothing in the journal`() async throws {
        let core = try await core()
        for number in 0..<100 {
            let scope = try #require(Scope("commune.c\(number)"))
            await core.receive(Data("junk".utf8), topic: .broadcasts(scope))
            await core.receive(Data("junk".utf8), topic: .settings(NodeID(unchecked: "n\(number)")))
        }
        #expect(await kinds(core) == [])
        for _ in 0..<100 { await core.receive(Data("junk".utf8), topic: topic) }
        #expect(await kinds(core) == ["documentRefused"])
    }

    @Test func `settings are told as accepted and as applied, and those of the disk are not told again`() async throws {
        let settings = Topic.settings(NodeID(unchecked: "cl-01"))
        let document = Document(
            topic: settings, revision: Revision(epoch: 1, number: 1), issuedAt: Timestamp(nanoseconds: 0),
            body: NodeSettings(
                scopes: [], timeZone: "Asia/Ho_Chi_Minh", contentAddresses: [], trustedKeys: [signer.publicKey]))
        let compact = Data(try signer.sign(document).utf8)
        let first = try await core()
        for _ in 0..<2 { await first.receive(compact, topic: settings) }
        #expect(await kinds(first) == ["documentAccepted", "settingsApplied"])
        let second = try await core()
        await second.begin()
        await second.receive(compact, topic: settings)
        #expect(await kinds(second) == ["documentAccepted", "settingsApplied", "booted"])
    }

    @Test func `a cue whose file cannot be read waits for its audio, and the disk's fault is told once`() async throws {
        let core = try await core()
        let bytes = Data("sound".utf8)
        let audio = AudioReference(
            sha256: ContentHash(SHA256.hash(data: bytes)), bytes: Int64(bytes.count), duration: 1, gain: 0)
        var loads = await core.loads.makeAsyncIterator()
        await core.begin()
        await core.receive(try signed([emergency(audio)]), topic: topic)
        for fault in [ContentStore.Fault.storage("open: Too many open files"), .storage("again"), .missing] {
            await core.take(.available(audio.sha256))
            let load = try #require(await loads.next())
            await core.miss(load, audio.sha256, fault)
            #expect(await core.voices.isEmpty)
        }
        #expect(
            await kinds(core) == [
                "booted", "documentAccepted", "accepted", "fetched", "storageFault", "contentFailed",
            ])
    }

    @Test func `a hundred times that the device ran dry are in the journal, and so is a sleep of the machine`()
        async throws
    {
        let core = try await core()
        func counts() async -> [String: [Int]] {
            var counts: [String: [Int]] = [:]
            for record in await core.records(after: 0, limit: 1000) {
                guard case .node(let event)? = try? Wire.decode(JournalRecord.self, from: record.json).event else {
                    continue
                }
                counts[event.kind.rawValue, default: []].append(event.count ?? 0)
            }
            return counts
        }
        await core.take(.xrun(count: 1))
        await core.take(.xrun(count: 37))
        await core.take(.suspended(count: 1))
        await core.take(.xrun(count: 100))
        #expect(await counts() == ["xrun": [1], "suspended": [1]])
        await core.recordTally(boot: BootClock.nanoseconds + 60_000_000_000)
        await core.tick()
        #expect(await counts() == ["xrun": [1, 99], "suspended": [1]])
    }

    @Test func `health tells the volume of the hour, and what the card contributes`() async throws {
        let second = Int(WallClock.nanoseconds / 1_000_000_000) % 86_400
        func clock(_ second: Int) -> String { String(format: "%02d:%02d", second / 3600 % 24, second / 60 % 60) }
        var settings = NodeSettings(
            scopes: [], timeZone: "UTC", contentAddresses: [], trustedKeys: [signer.publicKey])
        settings.volumes.normal = -3
        settings.volumes.night = NodeSettings.Night(
            from: clock(second + 82_800), to: clock(second + 3600), volume: -20)
        let topic = Topic.settings(NodeID(unchecked: "cl-01"))
        let document = Document(
            topic: topic, revision: Revision(epoch: 1, number: 1), issuedAt: Timestamp(nanoseconds: 0), body: settings)
        let core = try await core()
        await core.receive(Data(try signer.sign(document).utf8), topic: topic)
        #expect(await core.health().volume == -20)
        var status = DeviceStatus(name: "default")
        status.cardVolume = -12
        #expect(Health.Device(status).cardVolume == -12)
    }

    @Test func `an amplifier that failed while something sounded is in the journal, however often it comes and goes`()
        async throws
    {
        let core = try await core()
        for _ in 0..<3 {
            await core.take(.outputFault(.amplifier, "no such line"))
            await core.take(.outputRestored(.amplifier))
        }
        await core.recordTally(boot: .max)
        let told = await kinds(core)
        #expect(told.first == "outputFault")
        #expect(told.last == "outputRestored")
    }
}
