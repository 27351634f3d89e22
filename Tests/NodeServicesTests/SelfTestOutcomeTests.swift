import Broadcasting
import Logging
import Playout
import Testing

@testable import NodeServices

/// What a self-test says that does not come to its end.
@Suite(.timeLimit(.minutes(2))) struct SelfTestOutcomeTests {
    private let voice = VoiceID(1)

    /// Makes a test with a player that never plays, to which `told` happens.
    private func test(patience: Double = 3600, _ told: PlayerEvent?...) async throws -> SelfTestResult? {
        let player = try Player(configuration: PlayerConfiguration(), logger: Logger(label: "test"))
        let (events, sink) = AsyncStream.makeStream(of: PlayerEvent.self)
        for case .some(let event) in told { sink.yield(event) }
        var test = SelfTest(level: -20)
        test.patience = patience
        return await test.run(with: player, as: voice, events: events)
    }

    private func end(_ completion: VoiceEnd.Completion) -> PlayerEvent {
        .ended(
            voice,
            VoiceEnd(
                completion: completion, framesDue: 72_000, framesHeard: 0, rate: 48_000, peak: -20, underrunFrames: 0))
    }

    @Test func `a device that is lost meanwhile is its error`() async throws {
        let result = try await test(.deviceLost("speaker: see the device move"))
        #expect(result?.error == "the sound card was lost meanwhile: speaker: see the device move")
        #expect(result?.heard == nil)
        #expect(result?.complaint?.contains("see the device move") == true)
    }

    @Test func `one that does not end by itself is given up, and says so`() async throws {
        let result = try await test(patience: 0.01, .started(voice, wallNanoseconds: 0, error: 0))
        #expect(result?.error?.contains("was not played to its end within 0.01 s") == true)
    }

    @Test func `one that gives way to a cue says nothing`() async throws {
        #expect(try await test(.started(voice, wallNanoseconds: 0, error: 0), end(.stopped)) == nil)
    }
}
