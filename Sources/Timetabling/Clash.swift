public import Broadcasting
import Scheduling

/// Two programmes that want the same loudspeaker at the same time. What is played is settled by their priorities; a person should
/// settle it before.
public struct Clash: Hashable, Codable, Sendable {
    /// The occurrences that overlap first: the one that begins first, and the other.
    public var first: ScheduledOccurrence
    public var second: ScheduledOccurrence
    /// How many pairs of occurrences overlap in the time that was looked at.
    public var count: Int
    /// Nodes that obey both scopes.
    public var nodes: [NodeID]

    public init(first: ScheduledOccurrence, second: ScheduledOccurrence, count: Int, nodes: [NodeID]) {
        self.first = first
        self.second = second
        self.count = count
        self.nodes = nodes
    }
}

extension Timetable {
    /// The clashes from `from` on and before `to`: programmes of one scope that overlap, and programmes of two scopes that overlap
    /// where a node obeys both.
    ///
    /// Of what recurs very often only the first occurrences are looked at (`maximumOccurrences`).
    ///
    /// - Parameters:
    ///   - nodes: the scopes that each node obeys, its own included.
    ///   - scope: only clashes with a programme of it; all where nil.
    public func clashes(
        from: Timestamp, to: Timestamp, nodes: [NodeID: Set<Scope>], involving scope: Scope? = nil
    ) -> [Clash] {
        // Only what meets the scope at some node is worth the reckoning.
        let near = scope.map { scope in
            nodes.values.filter { $0.contains(scope) }.reduce(into: Set([scope])) { $0.formUnion($1) }
        }
        let items = items.filter { near?.contains($0.scope) ?? true }
        let due = items.map { $0.occurrences(from: from, to: to, atMost: Self.share(of: items.count)) }
        var clashes: [Clash] = []
        for left in items.indices {
            for right in items.indices.dropFirst(left + 1) {
                let pair = [items[left].scope, items[right].scope]
                if let scope, !pair.contains(scope) { continue }
                let concerned = nodes.filter { $0.value.isSuperset(of: pair) }.keys.sorted()
                guard pair[0] == pair[1] || !concerned.isEmpty else { continue }
                if let clash = Self.clash(due[left], due[right], nodes: concerned) { clashes.append(clash) }
            }
        }
        return clashes.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
    }

    /// Goes through two programmes' occurrences side by side.
    private static func clash(
        _ left: [ScheduledOccurrence], _ right: [ScheduledOccurrence], nodes: [NodeID]
    ) -> Clash? {
        var clash: Clash?
        var first = 0
        for occurrence in left {
            while first < right.count, right[first].end <= occurrence.start, right[first].start < occurrence.start {
                first += 1
            }
            var index = first
            while index < right.count, right[index].start < occurrence.end || right[index].start == occurrence.start {
                if right[index].end > occurrence.start || right[index].start == occurrence.start {
                    if clash == nil {
                        let pair = [occurrence, right[index]].sorted()
                        clash = Clash(first: pair[0], second: pair[1], count: 0, nodes: nodes)
                    }
                    clash?.count += 1
                }
                index += 1
            }
        }
        return clash
    }
}
