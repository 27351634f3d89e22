import Foundation
import TestThreads
import Testing

/// Programs that know nothing of the card play to it as to any other.
///
/// A plugin built with a sanitizer can only be loaded by programs built with it, which these are not.
@Suite(.ownThread, .disabled(if: TestCard.isSanitized)) struct ProgramTests {
    @Test func `aplay sounds every sample, in real time`() async throws {
        let card = try TestCard()
        // Whole periods, for aplay fills the last one up with silence.
        let sound = WaveFile(samples: Sound.noise(frames: 18000), channels: 2, rate: 48000)
        try sound.write(to: card.path("in.wav"))
        let before = Clocks.monotonic()
        #expect(try await card.run("aplay", "-q", "-D", "speaker", "in.wav") == 0)
        let after = Clocks.monotonic()
        #expect(try card.heard() == sound)
        let segments = try card.segments()
        let segment = try #require(segments.first)
        #expect(segments.count == 1)
        #expect((segment.first, segment.frames, segment.ended) == (0, 18000, "drain"))
        #expect((segment.rate, segment.format, segment.channels) == (48000, "S16_LE", 2))
        #expect(segment.monotonicNanoseconds > before)
        #expect(segment.monotonicNanoseconds + 375_000_000 <= after, "aplay ended before its sound did")
        let apart = Clocks.realtime() - Clocks.monotonic()
        #expect(abs(segment.realtimeNanoseconds - segment.monotonicNanoseconds - apart) < 100_000_000)
    }

    @Test func `mpg123 sounds what it decodes`() async throws {
        let card = try TestCard()
        try WaveFile(samples: Sound.noise(frames: 17640), channels: 2, rate: 44100).write(to: card.path("in.wav"))
        #expect(try await card.run("lame", "--quiet", "in.wav", "in.mp3") == 0)
        #expect(try await card.run("mpg123", "-q", "-w", "decoded.wav", "in.mp3") == 0)
        #expect(try await card.run("mpg123", "-q", "-o", "alsa", "-a", "speaker", "in.mp3") == 0)
        #expect(try card.heard() == WaveFile(path: card.path("decoded.wav")))
        #expect(try card.segments().map(\.ended) == ["drain"])
    }

    @Test func `a killed program leaves a file that can be read, and the next one goes on in it`() async throws {
        let card = try TestCard()
        let sound = WaveFile(samples: Sound.noise(frames: 96000), channels: 2, rate: 48000)
        try sound.write(to: card.path("in.wav"))
        // The shell waits for the killed program, whose lock is gone by then.
        try await card.run("sh", "-c", "aplay -q -D speaker in.wav & sleep 0.8; kill -9 $!; wait $!")
        let left = try card.heard()
        let live = try #require(card.segments().last)
        #expect(live.ended == "playing")
        #expect(live.frames > 0)
        #expect(left.sound == sound.sound.prefix(4 * live.frames))

        let next = try PCM(card)
        #expect(try card.segments().map(\.ended) == ["killed"])
        let samples = Sound.noise(frames: 960, seed: 2)
        try next.write(samples)
        try next.drain()
        #expect(try card.heard().samples == left.samples + samples)
        let segments = try card.segments()
        #expect(segments.map(\.ended) == ["killed", "drain"])
        #expect(segments[1].first == segments[0].frames)
    }
}
