import Broadcasting
import ControllerAPI

/// Puts together what a broadcast's nodes told with what they have not told: a node that said nothing is waiting. Pure.
struct BroadcastProgress: Sendable {
    /// One playback for each node and each occurrence that was due, and for the next one.
    let playbacks: [Playback]
    let summary: BroadcastItem.Progress

    /// The most rows that a report has; the latest occurrences stay.
    static let maximumRows = 20_000

    init(broadcast: Broadcast, targets: [NodeID], told: [Playback], now: Timestamp) {
        let (due, next) = Self.occurrences(of: broadcast, now: now)
        let nodes = Array(Set(targets).union(told.map(\.node))).sorted()
        var known: [Int: [NodeID: Playback]] = [:]
        var lastWords: [NodeID: LastWord] = [:]
        for playback in told {
            known[playback.occurrence, default: [:]][playback.node] = playback
            if playback.final { lastWords[playback.node, default: LastWord()].add(playback) }
        }
        // Of a recall each node tells, be it before the broadcast was due.
        let expected = broadcast.cancelled == nil ? due : max(1, due)
        var numbers = Set(known.keys)
        numbers.formUnion(max(0, expected - Self.maximumRows / max(1, nodes.count))..<expected)
        if let next { numbers.insert(next) }
        playbacks = numbers.sorted().flatMap { number in
            nodes.compactMap { node in
                let told = known[number]?[node]
                guard told != nil || number < expected || number == next else { return nil }
                var row = told ?? Playback(node: node, broadcast: broadcast.id, occurrence: number, state: .waiting)
                row.due = row.due ?? broadcast.due(number)
                return lastWords[node]?.closing(row) ?? row
            }
        }

        let shown = expected > 0 ? expected - 1 : next ?? 0
        var states: [String: Int] = [:]
        for row in playbacks where row.occurrence == shown { states[row.state.rawValue, default: 0] += 1 }
        let isOpen = playbacks.contains { row in
            !row.final && (row.occurrence < expected || row.state == .playing || row.state == .interrupted)
        }
        summary = BroadcastItem.Progress(nodes: nodes.count, states: states, settled: next == nil && !isOpen)
    }

    /// How many occurrences were due by `now`, and the number of the next one, if there is one to come.
    static func occurrences(of broadcast: Broadcast, now: Timestamp) -> (due: Int, next: Int?) {
        let end = broadcast.cancelled.map { min($0.at, broadcast.expires) } ?? broadcast.expires
        let due = count(of: broadcast, through: min(now, end))
        guard broadcast.cancelled == nil, let instant = broadcast.due(due), instant <= broadcast.expires else {
            return (due, nil)
        }
        return (due, due)
    }

    private static func count(of broadcast: Broadcast, through limit: Timestamp) -> Int {
        guard broadcast.start <= limit else { return 0 }
        guard let rule = broadcast.repeat else { return 1 }
        // Rounding may put the quotient one off in either direction.
        var count = Int(min(limit, rule.until).seconds(since: broadcast.start) / rule.every) + 2
        while count > 1, broadcast.due(count - 1).map({ $0 > limit }) ?? true { count -= 1 }
        return count
    }
}

/// What a node's terminal records say of the occurrences that it told nothing more of.
private struct LastWord {
    private var number = -1
    /// The node told that the broadcast was recalled; it then speaks of no other occurrence.
    private var recall: Reason?

    mutating func add(_ playback: Playback) {
        number = max(number, playback.occurrence)
        if let reason = playback.reason, reason.code == .cancelled || reason.code == .withdrawn { recall = reason }
    }

    /// A node decides its occurrences in order: one that is open below a decided one was passed over.
    func closing(_ row: Playback) -> Playback? {
        guard !row.final, recall != nil || row.occurrence < number else { return nil }
        var row = row
        row.final = true
        row.state = recall == nil ? .missed : .stopped
        row.reason = recall ?? Reason(.superseded, "the node passed over it")
        return row
    }
}
