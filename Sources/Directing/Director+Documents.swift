import Broadcasting
import Scheduling

extension Director {
    /// The scopes whose documents count: the node's own, and those of its settings.
    var obeyed: Set<Scope> { Set(settings?.scopes ?? []).union([.node(node)]) }

    mutating func obey(_ newSettings: NodeSettings) {
        settings = newSettings
        localZone = zones(newSettings.timeZone) ?? TimeZoneRules(secondsFromUTC: DirectorTimes.vietnam)
        let obeyed = obeyed
        for name in memory.halts.keys.sorted() where Scope(name).map(obeyed.contains) != true {
            setHalt(nil, of: name)
        }
        let before = inForce
        merge()
        for scope in documents.keys.sorted() { enter(scope) }
        closeWithdrawn(knownAs: before)
        for scope in schedules.keys.sorted() { enterSchedule(of: scope) }
        mergeSchedules()
    }

    mutating func obey(_ document: ScopeDocument, of scope: Scope) {
        documents[scope] = document
        time.learn(issuedAt: document.issuedAt)
        let before = inForce
        merge()
        enter(scope)
        closeWithdrawn(knownAs: before)
    }

    /// Notes which broadcasts a scope's document names, and accepts those that are new.
    private mutating func enter(_ scope: Scope) {
        guard let document = documents[scope]?.body else { return }
        let isObeyed = obeyed.contains(scope)
        if isObeyed { setHalt(document.halt, of: scope.description) }
        let named = Set(document.broadcasts.map(\.id.rawValue))
        for id in memory.broadcasts.keys.sorted() where !named.contains(id) {
            memory.broadcasts[id]?.scopes.removeAll { $0 == scope }
        }
        for broadcast in document.broadcasts {
            guard var entry = memory.broadcasts[broadcast.id.rawValue] else {
                guard isObeyed else { continue }
                let naming = documents.filter { $0.value.body.broadcasts.contains { $0.id == broadcast.id } }.keys
                memory.broadcasts[broadcast.id.rawValue] = BroadcastMemory(
                    scopes: naming.sorted(), over: broadcast.expires)
                if let cue = Cue(broadcast, number: 0) { record(.accepted, cue) }
                continue
            }
            if !entry.scopes.contains(scope) {
                entry.scopes = (entry.scopes + [scope]).sorted()
            }
            entry.over = max(entry.over, broadcast.expires)
            memory.broadcasts[broadcast.id.rawValue] = entry
        }
    }

    /// Makes one list of all scopes' documents. Where two differ about a broadcast, the later issued one counts.
    private mutating func merge() {
        var all: [BroadcastID: BroadcastInForce] = [:]
        for scope in obeyed.sorted() {
            guard let document = documents[scope] else { continue }
            var named: Set<BroadcastID> = []
            for broadcast in document.body.broadcasts where named.insert(broadcast.id).inserted {
                if let other = all[broadcast.id], other.issuedAt >= document.issuedAt { continue }
                all[broadcast.id] = BroadcastInForce(broadcast: broadcast, issuedAt: document.issuedAt)
            }
        }
        inForce = all.values.sorted { $0.broadcast.id < $1.broadcast.id }
    }

    private mutating func setHalt(_ halt: Halt?, of scope: String) {
        guard memory.halts[scope] != halt else { return }
        let wasHalted = memory.halts[scope] != nil
        memory.halts[scope] = halt
        guard halt != nil || wasHalted else { return }
        let words =
            halt.map { ($0.emergencies ? "emergencies too" : "but emergencies") + ($0.reason.map { ": \($0)" } ?? "") }
        var event = NodeEvent(halt == nil ? .haltLifted : .halted, reason: words.map { Reason(.halted, $0) })
        event.topic = Scope(scope).map { Topic.broadcasts($0).description }
        effects.append(.record(.node(event)))
    }

    /// Ends what no document names any more, and forgets what can never start again.
    private mutating func closeWithdrawn(knownAs before: [BroadcastInForce]) {
        let known = Dictionary(before.map { ($0.broadcast.id.rawValue, $0) }) { first, _ in first }
        let obeyed = obeyed
        // Both clocks must agree, so that one that runs ahead cannot make the node forget what it played.
        let newest = documents.values.map(\.issuedAt).max() ?? .distantPast
        let surely = time.isTrusted ? min(time.reckoned, newest) : .distantPast
        for id in memory.broadcasts.keys.sorted() {
            guard let entry = memory.broadcasts[id], obeyed.isDisjoint(with: entry.scopes) else { continue }
            if !entry.closed {
                close(
                    id, known[id]?.broadcast,
                    Reason(.withdrawn, "it is no longer among the broadcasts that the node obeys"))
            }
            // The document of a scope that is not obeyed may come into force again as it was.
            let kept = entry.scopes.isEmpty ? 0 : DirectorTimes.rememberUnobeyed
            if entry.over.advanced(byNanoseconds: kept) < surely, entry.begun.isEmpty,
                !playbacks.contains(where: { $0.id.item == id })
            {
                memory.broadcasts[id] = nil
            }
        }
    }

    /// Ends all that sounds or waits of a broadcast, or else, if one is still to come, its next occurrence.
    mutating func close(_ id: String, _ broadcast: Broadcast?, _ reason: Reason) {
        memory.broadcasts[id]?.closed = true
        let live = playbacks.map(\.cue).filter { $0.id.kind == .broadcast && $0.id.item == id }
        for cue in live { end(cue.id, .stopped, reason) }
        guard live.isEmpty, let broadcast else { return }
        let next = decided(id) + 1
        if let cue = Cue(broadcast, number: next) {
            conclude(cue, .stopped, reason)
        } else if next <= memory.broadcasts[id]?.due ?? -1 {
            conclude(Cue(takenAway: next, from: broadcast), .stopped, reason)
        }
    }

    /// The highest occurrence of a broadcast that is over, sounds or waits; −1 for none.
    func decided(_ id: String) -> Int {
        let live = playbacks.compactMap { $0.id.item == id ? $0.id.broadcast?.number : nil }.max() ?? -1
        let entry = memory.broadcasts[id]
        return max(live, entry?.through ?? -1, entry?.begun.map(\.number).max() ?? -1)
    }
}
