import Broadcasting
import ControllerAPI
import Testing

@testable import ControllerServices

/// What is believed of a node.
@Suite struct NodeWatchTests {
    private static let now = Timestamp(secondsSinceEpoch: 1_795_000_000)

    private static func presence(
        _ state: Presence.State, session: Int64 = 5, boot: String = "a", at: Double = 0
    ) -> Presence {
        Presence(
            node: .n1, state: state, boot: boot, session: session, at: now.advanced(bySeconds: at))
    }

    /// Seconds before now at which something came; nil for never.
    struct Case: Sendable {
        var presence: Presence.State?
        var presenceAge = 0.0
        var heardAge: Double?
        var listeningAge: Double?
        var state: NodeItem.State
    }

    @Test(arguments: [
        Case(state: .new),
        Case(presence: .online, presenceAge: 10, heardAge: 10, state: .connected),
        Case(presence: .online, presenceAge: 500, heardAge: 89, state: .connected),
        Case(presence: .online, presenceAge: 500, heardAge: 91, state: .lost),
        Case(presence: .lost, presenceAge: 5, heardAge: 20, state: .lost),
        Case(presence: .lost, presenceAge: 20, heardAge: 5, state: .connected),
        Case(presence: .stopped, presenceAge: 5, heardAge: 20, state: .stopped),
        Case(presence: .stopped, presenceAge: 5000, heardAge: 5001, state: .stopped),
        Case(presence: .online, presenceAge: 1, listeningAge: 5, state: .connected),
        Case(presence: .online, presenceAge: 95, listeningAge: 95, state: .lost),
        Case(presence: .lost, presenceAge: 1, listeningAge: 5, state: .lost),
        Case(heardAge: 30, state: .connected),
    ])
    func `a node is what was last heard of it, and lost after 90 s of silence`(given: Case) {
        var heard = LedgerTransaction.Heard()
        heard.presence = given.presence.map { Self.presence($0) }
        heard.presenceAt = given.presence.map { _ in Self.now.advanced(bySeconds: -given.presenceAge) }
        heard.lastHeard = given.heardAge.map { Self.now.advanced(bySeconds: -$0) }
        let since = given.listeningAge.map { Self.now.advanced(bySeconds: -$0) }
        #expect(NodeWatch.state(of: heard, now: Self.now, listeningSince: since) == given.state)
    }

    @Test(arguments: [
        (presence(.lost, session: 4), false), (presence(.lost, session: 5), true), (presence(.lost, session: 6), true),
        (presence(.online, session: 4), false), (presence(.online, session: 5), false),
        (presence(.lost, session: 4, boot: "old", at: 60), false),
        (presence(.online, session: 1, boot: "new disk", at: 60), true),
        (presence(.online, session: 1, boot: "old", at: -60), false),
        (presence(.lost, session: 1, boot: "old", at: 60), false),
    ])
    func `a word of an older session hides nothing newer`(offered: Presence, isNews: Bool) {
        #expect(NodeWatch.isNews(offered, held: Self.presence(.online)) == isNews)
    }

    @Test func `a change of state is told once`() async throws {
        let feed = LiveFeed()
        let monitor = NodeMonitor(feed: feed)
        var events = feed.events().makeAsyncIterator()
        var heard = LedgerTransaction.Heard()
        heard.lastHeard = Self.now
        monitor.update(.n1, heard, now: Self.now)
        monitor.update(.n1, heard, now: Self.now)
        monitor.sweep(now: Self.now.advanced(bySeconds: 60))
        monitor.sweep(now: Self.now.advanced(bySeconds: 100))
        feed.close()
        #expect(await events.next()?.state == .connected)
        #expect(await events.next()?.state == .lost)
        #expect(await events.next() == nil)
    }
}
