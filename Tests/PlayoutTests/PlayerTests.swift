import Foundation
import TestThreads
import Testing

@testable import Playout

/// The player on the virtual card: what is heard, and what is said of it.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct PlayerTests {
    @Test(arguments: [(44_100, 2), (48_000, 2), (48_000, 1)])
    func `a file of the device's rate is heard as mpg123 decodes it`(rate: Int, channels: Int) async throws {
        let stage = try Stage("rates [ \(rate) ] channels [ \(channels) ]")
        let expected = try stage.music("music", seconds: 2.3, rate: rate, channels: channels)
        try await stage.play { player, events in
            let id = VoiceID(1)
            player.load(VoiceRequest(id: id, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(id, at: .now)
            let end = try #require(await events.end(of: id))
            #expect(end.completion == .finished)
            #expect(end.framesDue == Int64(expected.count / channels))
            #expect(end.framesHeard == end.framesDue)
            #expect(end.underrunFrames == 0)
            #expect(end.rate == rate)
            let heard = try stage.heard()
            // From the first frame to the last, with nothing before.
            #expect(find(expected[...], in: heard) == 0)
        }
    }
}
