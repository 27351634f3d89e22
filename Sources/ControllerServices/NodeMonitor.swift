import Broadcasting
import ControllerAPI
import RuntimeSupport

/// Knows how every node is, and tells when that changes.
final class NodeMonitor: Sendable {
    fileprivate struct Entry {
        var heard: LedgerTransaction.Heard
        var state: NodeItem.State
    }

    fileprivate struct Memory {
        var entries: [NodeID: Entry] = [:]
        var listeningSince: Timestamp?
    }

    private let memory = Locked(Memory())
    private let feed: LiveFeed

    init(feed: LiveFeed) { self.feed = feed }

    /// Takes what the ledger knows. Tells nothing.
    func load(_ nodes: [NodeID: LedgerTransaction.Heard], now: Timestamp) {
        memory.withLock { memory in
            memory.entries = nodes.mapValues {
                Entry(heard: $0, state: NodeWatch.state(of: $0, now: now, listeningSince: nil))
            }
        }
    }

    /// Since when the controller can hear nodes; nil while it has no broker.
    func listen(since: Timestamp?) { memory.withLock { $0.listeningSince = since } }

    var listeningSince: Timestamp? { memory.withLock { $0.listeningSince } }

    /// Takes what was just heard of a node, and tells if its state changed.
    func update(_ node: NodeID, _ heard: LedgerTransaction.Heard, now: Timestamp) {
        let change = memory.withLock { memory -> LiveEvent? in
            memory.entries[node] = Entry(heard: heard, state: memory.entries[node]?.state ?? .new)
            return memory.refresh(node, now: now)
        }
        if let change { feed.publish(change) }
    }

    /// Looks at every node: silence, too, changes a state.
    func sweep(now: Timestamp) {
        let changes = memory.withLock { memory in
            memory.entries.keys.sorted().compactMap { memory.refresh($0, now: now) }
        }
        feed.publish(changes)
    }
}

extension NodeMonitor.Memory {
    fileprivate mutating func refresh(_ node: NodeID, now: Timestamp) -> LiveEvent? {
        guard let entry = entries[node] else { return nil }
        let state = NodeWatch.state(of: entry.heard, now: now, listeningSince: listeningSince)
        guard state != entry.state else { return nil }
        entries[node]?.state = state
        var event = LiveEvent(.node, at: now, text: "\(node) is \(state.rawValue)")
        if state == .fault, let fault = entry.heard.health?.faults.first { event.text += ": \(fault.text)" }
        event.node = node
        event.state = state
        return event
    }
}
