public import Testing

/// Gives each test a thread of its own, and lets only a few of them run at once.
///
/// For tests that play in real time or wait for a tool. The cooperative pool has as many threads as cores, and a test that computes holds one until
/// it is done: a test that has to pause a voice while it sounds would come seconds too late. On its own thread it waits for nobody but the
/// kernel. What it starts as a child task (`async let`, a task group) runs on its thread as well; a `Task { … }` does not.
public struct OwnThread: TestTrait, SuiteTrait, TestScoping {
    /// Tests that run at once: enough to use the time in which most of them wait for the sound to pass.
    private static let permits = Permits(8)

    public var isRecursive: Bool { true }

    @concurrent public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await Self.permits.take()
        defer { Self.permits.give() }
        let thread = try TestThread()
        defer { thread.end() }
        try await withTaskExecutorPreference(thread) { try await function() }
    }
}

extension Trait where Self == OwnThread {
    /// Each test runs on a thread of its own.
    public static var ownThread: Self { OwnThread() }
}
