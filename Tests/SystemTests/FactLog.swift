import RuntimeSupport

/// What became known, in order, to be looked at or awaited.
final class FactLog<Fact: Sendable>: Sendable {
    /// A fact was awaited that did not come.
    struct NoSuchFact: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var facts: [Fact] = []
        var listeners: [AsyncStream<Fact>.Continuation] = []
    }

    private let state = Locked(State())

    /// All facts so far.
    var all: [Fact] { state.withLock { $0.facts } }

    func append(_ fact: Fact) {
        state.withLock { state in
            state.facts.append(fact)
            for listener in state.listeners { listener.yield(fact) }
        }
    }

    /// Waits for the first fact, from number `first` on, for which `isWanted` says yes; facts that came before count too.
    @discardableResult
    func first(
        from first: Int = 0, within patience: Duration = .seconds(20), _ what: String = "fact",
        where isWanted: @escaping @Sendable (Fact) -> Bool
    ) async throws -> Fact {
        let (facts, listener) = AsyncStream.makeStream(of: Fact.self)
        state.withLock { state in
            for fact in state.facts.dropFirst(first) { listener.yield(fact) }
            state.listeners.append(listener)
        }
        let clock = Task {
            try await Task.sleep(for: patience)
            listener.finish()
        }
        defer {
            clock.cancel()
            listener.finish()
        }
        for await fact in facts where isWanted(fact) { return fact }
        let known = all.dropFirst(first).suffix(40).map { "\($0)" }.joined(separator: "\n")
        throw NoSuchFact(description: "no \(what) within \(patience); known is:\n\(known)")
    }
}
