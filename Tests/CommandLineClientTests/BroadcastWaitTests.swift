import Broadcasting
import ControllerAPI
import RuntimeSupport
import Testing

@testable import CommandLineClient

@Suite struct BroadcastWaitTests {
    private func report(_ states: [PlaybackState], settled: Bool, nodes: Int? = nil) throws -> BroadcastReport {
        let id = try #require(BroadcastID(rawValue: "b1"))
        let broadcast = Broadcast(
            id: id, class: .normal, title: "Tin", audio: [], start: Timestamp(nanoseconds: 0),
            expires: Timestamp(nanoseconds: 1))
        let item = BroadcastItem(
            broadcast: broadcast, scopes: [], createdAt: Timestamp(nanoseconds: 0),
            progress: .init(nodes: nodes ?? states.count, states: [:], settled: settled))
        return BroadcastReport(
            item: item,
            playbacks: try states.enumerated().map { index, state in
                Playback(
                    node: try #require(NodeID(rawValue: "cl-\(index)")), broadcast: id, occurrence: 0, state: state)
            })
    }

    @Test(arguments: PlaybackState.allCases)
    func `only finished on every node is success`(state: PlaybackState) throws {
        let outcome = BroadcastWait.Outcome(try report([.finished, state], settled: true))
        #expect(outcome == (state == .finished ? .finished : .otherwise))
        #expect(BroadcastWait.Outcome(try report([.finished, state], settled: false)) == nil)
    }

    @Test func `a broadcast that no node was meant to hear did not succeed`() throws {
        #expect(BroadcastWait.Outcome(try report([], settled: true, nodes: 0)) == .otherwise)
    }

    @Test func `it looks again until all have ended`() async throws {
        let clock = SteppingClock()
        let reports = Locked([
            try report([.waiting, .playing], settled: false), try report([.finished, .playing], settled: false),
            try report([.finished, .finished], settled: true),
        ])
        let wait = BroadcastWait(timeout: .seconds(60), report: { reports.withLock { $0.removeFirst() } })
        let result = try await wait.result(clock: clock)
        #expect(result.outcome == .finished)
        #expect(clock.now.elapsed == .seconds(2))
    }

    @Test func `at the time-out it gives what it saw last`() async throws {
        let clock = SteppingClock()
        let report = try report([.finished, .playing], settled: false)
        let result = try await BroadcastWait(timeout: .seconds(5), report: { report }).result(clock: clock)
        #expect(result.outcome == .timeout)
        #expect(result.report == report)
        #expect(clock.now.elapsed == .seconds(5))
    }

    @Test func `a controller that is away for a while is asked again, and that is told once`() async throws {
        let answers = Locked([false, true, false, false, true])
        let troubles = Locked(0)
        let open = try report([.playing], settled: false)
        let ended = try report([.finished], settled: true)
        let wait = BroadcastWait(
            timeout: .seconds(60),
            report: {
                let (isThere, left) = answers.withLock { ($0.removeFirst(), $0.count) }
                guard isThere else { throw ClientError.unreachable("away") }
                return left == 0 ? ended : open
            }, trouble: { _ in troubles.withLock { $0 += 1 } })
        #expect(try await wait.result(clock: SteppingClock()).outcome == .finished)
        #expect(troubles.withLock { $0 } == 2)
    }

    @Test func `a controller that was never there is an error, and a refusal is one at once`() async throws {
        let clock = SteppingClock()
        await #expect(throws: ClientError.unreachable("away")) {
            try await BroadcastWait(timeout: .seconds(3), report: { throw ClientError.unreachable("away") })
                .result(clock: clock)
        }
        let other = SteppingClock()
        let problem = ProblemDetails(.notFound, "no broadcast b1")
        await #expect(throws: ClientError.refused(problem)) {
            try await BroadcastWait(timeout: .seconds(3), report: { throw ClientError.refused(problem) })
                .result(clock: other)
        }
        #expect(other.now.elapsed == .zero)
    }
}

/// A clock that is wherever its sleeper wants it to be.
private final class SteppingClock: Clock {
    struct Instant: InstantProtocol {
        var elapsed: Duration

        func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }
        func duration(to other: Instant) -> Duration { other.elapsed - elapsed }
        static func < (left: Instant, right: Instant) -> Bool { left.elapsed < right.elapsed }
    }

    private let instant = Locked(Instant(elapsed: .zero))

    var now: Instant { instant.withLock { $0 } }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        instant.withLock { $0 = max($0, deadline) }
    }
}
