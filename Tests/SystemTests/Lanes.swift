import RuntimeSupport
import Testing

/// Lets only a few test cases of a suite run at once.
struct Lanes: SuiteTrait, TestTrait, TestScoping {
    /// Test cases at once, on a machine of two processors.
    private static let count = 3
    private static let state = Locked((free: count, waiting: [CheckedContinuation<Void, Never>]()))

    var isRecursive: Bool { true }

    func scopeProvider(for test: Test, testCase: Test.Case?) -> Lanes? { testCase == nil ? nil : self }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Self.enter()
        defer { Self.leave() }
        try await function()
    }

    private static func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private static func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}

extension Trait where Self == Lanes {
    /// A few test cases at once.
    static var lanes: Lanes { Lanes() }
}
