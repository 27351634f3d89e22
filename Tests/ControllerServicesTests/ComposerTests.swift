import Broadcasting
import ControllerAPI
import Testing

@testable import ControllerServices

/// From rows to documents.
@Suite struct ComposerTests {
    private let now = Timestamp(secondsSinceEpoch: 1_795_000_000)

    private func row(_ id: String, overFor seconds: Double, title: String = "t") -> Composer.Row {
        let audio = AudioReference(sha256: .sample, bytes: 1, duration: 10, gain: 0)
        let broadcast = Broadcast(
            id: BroadcastID(unchecked: id), class: .normal, title: title, audio: [audio], start: now, expires: now)
        return Composer.Row(broadcast: broadcast, overAt: now.advanced(bySeconds: -seconds))
    }

    @Test(arguments: [
        (-100.0, true), (0, true), (86_399, true), (86_400, false), (1_000_000, false),
    ])
    func `what is over stays for a day`(overFor: Double, isKept: Bool) throws {
        let document = try Composer.broadcasts([row("a", overFor: overFor)], halt: nil, now: now)
        #expect(document.broadcasts.isEmpty == !isKept)
    }

    @Test func `the halt and the order of the rows are kept`() throws {
        let halt = Halt(since: now, emergencies: true, reason: "funeral")
        let document = try Composer.broadcasts([row("b", overFor: -1), row("a", overFor: -1)], halt: halt, now: now)
        #expect(document.halt == halt)
        #expect(document.broadcasts.map(\.id.rawValue) == ["b", "a"])
    }

    @Test func `where a document grows too large, the oldest that is over gives way and nothing in force does`() throws
    {
        let long = String(repeating: "x", count: 900)
        var rows = (0..<400).map { row("over-\($0)", overFor: Double(1000 + $0), title: long) }
        rows += (0..<400).map { row("on-\($0)", overFor: -100, title: long) }
        let document = try Composer.broadcasts(rows, halt: nil, now: now)
        #expect(try Wire.encode(document).count <= Composer.maximumBytes + 100)
        let ids = Set(document.broadcasts.map(\.id.rawValue))
        #expect((0..<400).allSatisfy { ids.contains("on-\($0)") })
        #expect(ids.contains("over-0"))
        #expect(!ids.contains("over-399"))
    }

    @Test(
        arguments: [
            (nil, nil, 3600.0 + 70), (nil, 100.0, 100), (600.0, nil, 600 + 70), (86_400.0, nil, 3600 + 70),
        ] as [(Double?, Double?, Double)])
    func `a broadcast is over when nothing of it can sound any more`(
        repeatedFor: Double?, cancelledAfter: Double?, expected: Double
    ) {
        let audio = AudioReference(sha256: .sample, bytes: 1, duration: 10, gain: 0)
        var broadcast = Broadcast(
            id: BroadcastID(unchecked: "a"), class: .normal, title: "t", audio: [audio], start: now,
            expires: now.advanced(bySeconds: 3600))
        broadcast.repeat = repeatedFor.map { Broadcast.Repetition(every: 60, until: now.advanced(bySeconds: $0)) }
        broadcast.cancelled = cancelledAfter.map { .init(at: now.advanced(bySeconds: $0), reason: "r") }
        #expect(Composer.overAt(broadcast).seconds(since: now) == expected)
    }

    @Test func `settings carry the addresses and keys of today`() async throws {
        let bench = try Bench()
        try await bench.furnish(nodes: ["n1"])
        let outgoing = try #require(
            try await bench.ledger.read { try $0.unsent() }.first { $0.topic == Topic.settings(.n1).description })
        let document = try DocumentVerifier(keys: [bench.signer.publicKey]).verify(
            Array(outgoing.compact.utf8), as: NodeSettings.self, topic: .settings(.n1))
        #expect(document.body.contentAddresses == ["http://content.example"])
        #expect(document.body.trustedKeys == [bench.signer.publicKey])
        #expect(document.body.scopes == [.camGiang])
    }
}
