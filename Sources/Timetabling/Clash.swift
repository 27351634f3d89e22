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
    /// What clashes in a time.
    public struct Clashes: Sendable {
        /// In the order of their first occurrences.
        public var found: [Clash]
        /// Nil where all of the time was looked at. Else there are programmes that recur too often for that: from this instant on
        /// they were not, and there may be more.
        public var completeBefore: Timestamp?
    }

    /// The clashes from `from` on and before `to`: programmes of one scope that overlap, and programmes of two scopes that overlap
    /// where a node obeys both.
    ///
    /// - Parameters:
    ///   - nodes: the scopes that each node obeys, its own included.
    ///   - scope: only clashes with a programme of it; all where nil.
    public func clashes(
        from: Timestamp, to: Timestamp, nodes: [NodeID: Set<Scope>], involving scope: Scope? = nil
    ) -> Clashes {
        clashes(from: from, to: to, nodes: nodes, involving: scope, within: Bounds())
    }

    func clashes(
        from: Timestamp, to: Timestamp, nodes: [NodeID: Set<Scope>], involving scope: Scope?, within bounds: Bounds
    ) -> Clashes {
        // Only what meets the scope at some node is worth the reckoning.
        let near = scope.map { scope in
            nodes.values.filter { $0.contains(scope) }.reduce(into: Set([scope])) { $0.formUnion($1) }
        }
        let items = items.filter { near?.contains($0.scope) ?? true }
        let courses = items.map { Course($0, from: from, to: to, atMost: bounds.share(of: items.count)) }
        // Steps beyond what is listed.
        var steps = bounds.ofAll
        var clashes = Clashes(found: [])
        for left in items.indices {
            for right in items.indices.dropFirst(left + 1) {
                let pair = [items[left].scope, items[right].scope]
                if let scope, !pair.contains(scope) { continue }
                let concerned = nodes.filter { $0.value.isSuperset(of: pair) }.keys.sorted()
                guard pair[0] == pair[1] || !concerned.isEmpty else { continue }
                var search = ClashSearch(courses[left], courses[right], steps: min(steps, bounds.ofOne))
                let spent = search.run()
                steps -= spent
                if let end = search.stoppedAt { clashes.completeBefore = min(clashes.completeBefore ?? end, end) }
                guard let first = search.first,
                    let one = items[left].recurrence.occurrences(from: first.left).first(where: { _ in true }),
                    let other = items[right].recurrence.occurrences(from: first.right).first(where: { _ in true })
                else { continue }
                let ordered = [items[left].scheduled(one), items[right].scheduled(other)].sorted()
                clashes.found.append(
                    Clash(first: ordered[0], second: ordered[1], count: search.count, nodes: concerned))
            }
        }
        clashes.found.sort { ($0.first, $0.second) < ($1.first, $1.second) }
        return clashes
    }
}
