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

    /// As mpg123 calls the formats, and as ALSA does. What differs in the last bit is how the two round.
    @Test(arguments: [("s16", "S16_LE"), ("s24", "S24_LE"), ("s24", "S24_3LE"), ("s32", "S32_LE"), ("f32", "FLOAT_LE")])
    func `in every format of a device a file is what mpg123 makes of it`(encoding: String, format: String) async throws
    {
        let stage = try Stage("rates [ 48000 ] formats [ \(format) ]")
        _ = try stage.music("music", seconds: 0.8, rate: 48_000)
        try stage.run("mpg123 -q -e \(encoding) -w expected.wav music.mp3")
        try await stage.play { player, events in
            let id = VoiceID(1)
            player.load(VoiceRequest(id: id, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(id, at: .now)
            let end = try #require(await events.end(of: id))
            #expect(end.completion == .finished)
            #expect(player.status.format == format)
        }
        let expected = try stage.values("expected.wav")
        let heard = try stage.values("heard.wav")
        try #require(expected.count > 70_000 && heard.count >= expected.count)
        // A step of the format; a float has 24 bits.
        let step = encoding == "s16" ? 1.0 / 32_768 : encoding == "s32" ? 1.0 / 2_147_483_648 : 1.0 / 8_388_608
        var worst = 0.0
        for (one, other) in zip(expected, heard) { worst = max(worst, abs(one - other)) }
        #expect(worst <= step, "\(worst / step) steps")
        #expect(expected.contains { abs($0) > 0.3 })
    }
}
