import TestThreads
import Testing

@testable import Playout

/// The live edge on a card that plays in real time.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct LiveEdgeTests {
    private let first = VoiceID(1)
    private let second = VoiceID(2)

    @Test func `at its live edge a voice is where it would be by then, by the card's own frames`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 6, rate: 48_000)
        // How far it is behind, each time that it goes on; the first time it begins.
        var shifts = [0]
        try await stage.play {
            $0.progressInterval = 0.2
        } body: { player, events in
            // The card plays on meanwhile, so that its recording is its clock.
            player.load(VoiceRequest(id: second, segments: [.silence(duration: 60)]))
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            _ = await events.next { if case .loaded(first, _, _) = $0 { true } else { nil } }
            player.start(second, at: .now)
            player.start(first, at: .now)
            var places: [Int] = []
            for _ in 0..<4 {
                _ = await events.next { if case .progress(first, _) = $0 { true } else { nil } }
                player.pause(first, ramp: 0)
                _ = await events.next { if case .paused(first, _) = $0 { true } else { nil } }
                _ = await events.next { if case .progress(second, _) = $0 { true } else { nil } }
                player.resume(first, from: .liveEdge, ramp: 0)
                let place = try #require(
                    await events.next { if case .resumed(first, _, let place) = $0 { place } else { nil } })
                places.append(Int(place))
            }
            _ = await events.next { if case .progress(first, _) = $0 { true } else { nil } }
            player.stop(first)
            _ = await events.end(of: first)
            let heard = try stage.heard()
            let begin = try #require(find(music[..<9_600], in: heard))
            for place in places {
                let at = try #require(find(music[place * 2..<place * 2 + 2_400], in: heard))
                shifts.append((at - begin) / 2 - place)
            }
        }
        // Pause and start are each known to a frame. A busy machine may be late once, and is asked again.
        let steps = zip(shifts, shifts.dropFirst()).map { $1 - $0 }
        #expect(steps.contains { abs($0) <= 2 }, "\(shifts)")
    }
}
