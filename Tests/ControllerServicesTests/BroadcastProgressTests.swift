import Broadcasting
import ControllerAPI
import Testing

@testable import ControllerServices

/// What is known of a broadcast at an instant, from what its nodes told and did not tell.
@Suite struct BroadcastProgressTests {
    private let start = Timestamp(secondsSinceEpoch: 1_795_000_000)

    private func broadcast(every: Double? = nil, for seconds: Double = 600, cancelledAt: Double? = nil) -> Broadcast {
        let audio = AudioReference(sha256: .sample, bytes: 1, duration: 10, gain: 0)
        var broadcast = Broadcast(
            id: BroadcastID(unchecked: "b"), class: .normal, title: "t", audio: [audio], start: start,
            expires: start.advanced(bySeconds: 3600))
        broadcast.repeat = every.map { .init(every: $0, until: start.advanced(bySeconds: seconds)) }
        broadcast.cancelled = cancelledAt.map { .init(at: start.advanced(bySeconds: $0), reason: "r") }
        return broadcast
    }

    private func told(
        _ node: NodeID, _ number: Int, _ state: PlaybackState, final: Bool, _ code: ReasonCode? = nil
    ) -> Playback {
        var playback = Playback(
            node: node, broadcast: BroadcastID(unchecked: "b"), occurrence: number, state: state, final: final)
        playback.reason = code.map { Reason($0, "") }
        return playback
    }

    private func progress(_ broadcast: Broadcast, _ told: [Playback], at seconds: Double) -> BroadcastProgress {
        BroadcastProgress(
            broadcast: broadcast, targets: [.n1, .n2], told: told, now: start.advanced(bySeconds: seconds))
    }

    @Test(
        arguments: [
            (nil, -1.0, 0, 0), (nil, 0, 1, nil), (nil, 5000, 1, nil),
            (60.0, -1, 0, 0), (60, 0, 1, 1), (60, 59.9, 1, 1), (60, 60, 2, 2), (60, 540, 10, nil), (60, 9000, 10, nil),
            (0.1 + 59.9, 120, 3, 3),
        ] as [(Double?, Double, Int, Int?)])
    func `occurrences are counted as nodes count them`(every: Double?, at: Double, due: Int, next: Int?) {
        let counted = BroadcastProgress.occurrences(of: broadcast(every: every), now: start.advanced(bySeconds: at))
        #expect(counted.due == due)
        #expect(counted.next == next)
    }

    @Test func `every count is the one that a walk over all occurrences gives`() {
        let broadcast = broadcast(every: 13.7, for: 3000)
        for step in 0..<4000 {
            let now = start.advanced(bySeconds: Double(step) * 0.9)
            var walked = 0
            while let due = broadcast.due(walked), due <= min(now, broadcast.expires) { walked += 1 }
            #expect(BroadcastProgress.occurrences(of: broadcast, now: now).due == walked)
        }
    }

    @Test func `a node that said nothing is waiting, and the broadcast is not settled`() {
        let progress = progress(broadcast(), [told(.n1, 0, .finished, final: true)], at: 10)
        #expect(progress.playbacks.map(\.state) == [.finished, .waiting])
        #expect(progress.summary == .init(nodes: 2, states: ["finished": 1, "waiting": 1], settled: false))
    }

    @Test func `it is settled once every node has told how it ended, however it did`() {
        let words = [told(.n1, 0, .finished, final: true), told(.n2, 0, .missed, final: true, .expired)]
        #expect(progress(broadcast(), words, at: 10).summary.settled)
        let open = [told(.n1, 0, .finished, final: true), told(.n2, 0, .interrupted, final: false)]
        #expect(!progress(broadcast(), open, at: 10).summary.settled)
    }

    @Test func `a repeated broadcast is not settled while one is to come`() {
        let words = [NodeID.n1, .n2].map { told($0, 0, .finished, final: true) }
        let between = progress(broadcast(every: 60, for: 120), words, at: 30)
        #expect(!between.summary.settled)
        #expect(between.playbacks.map(\.occurrence) == [0, 0, 1, 1])
        #expect(between.summary[.finished] == 2)
        let all = words + [NodeID.n1, .n2].map { told($0, 1, .finished, final: true) }
        #expect(progress(broadcast(every: 60, for: 120), all, at: 70).summary.settled)
    }

    @Test func `a recall is settled when each node has told of it, also before it was due`() {
        let recalled = broadcast(cancelledAt: -50)
        #expect(!progress(recalled, [], at: -10).summary.settled)
        let words = [NodeID.n1, .n2].map { told($0, 0, .stopped, final: true, .cancelled) }
        #expect(progress(recalled, words, at: -10).summary.settled)
    }

    @Test func `a node that was away during a recalled series speaks once for all of it`() {
        let recalled = broadcast(every: 60, cancelledAt: 200)
        let words = [
            told(.n1, 0, .finished, final: true), told(.n1, 1, .finished, final: true),
            told(.n1, 2, .finished, final: true), told(.n1, 3, .finished, final: true),
            told(.n2, 0, .stopped, final: true, .cancelled),
        ]
        let progress = progress(recalled, words, at: 300)
        #expect(progress.summary.settled)
        #expect(progress.playbacks.filter { $0.node == .n2 }.map(\.state) == [.stopped, .stopped, .stopped, .stopped])
    }

    @Test func `an occurrence below one that a node has decided was passed over`() {
        let words = [told(.n1, 2, .finished, final: true), told(.n2, 2, .waiting, final: false)]
        let rows = progress(broadcast(every: 60), words, at: 130).playbacks
        #expect(rows.filter { $0.node == .n1 }.prefix(3).map(\.state) == [.missed, .missed, .finished])
        #expect(rows.filter { $0.node == .n2 }.prefix(2).map(\.final) == [false, false])
    }
}
