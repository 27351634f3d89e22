import CALSA
import Foundation
import TestThreads
import Testing

/// What libasound's calls do on the card.
@Suite(.ownThread) struct HandleTests {
    /// Ten times as fast as it says, so that the tests need not wait.
    static let fast = "ppm 9000000"

    /// Buffers of seconds, so that no busy machine can starve them.
    static let long = "buffer_bytes_max 1000000 period_bytes_max 1000000"

    @Test func `a program that writes too late meets an underrun`() throws {
        let card = try TestCard(options: Self.fast)
        let pcm = try PCM(card)
        let sound = Sound.noise(frames: 7000)
        try pcm.write(sound)
        try pcm.start()
        #expect(throws: PCM.Refusal(code: EPIPE)) { try pcm.wait() }
        #expect(pcm.state == SND_PCM_STATE_XRUN)
        #expect(throws: PCM.Refusal(code: EPIPE)) { try pcm.available() }
        #expect(throws: PCM.Refusal(code: EPIPE)) { try pcm.delay() }
        #expect(throws: PCM.Refusal(code: EPIPE)) { try pcm.write(sound) }
        try pcm.prepare()
        try pcm.write(sound)
        try pcm.drain()
        #expect(try card.heard().samples == sound + sound)
        #expect(try card.segments().map(\.ended) == ["xrun", "drain"])
    }

    @Test func `what is written after a rewind is what is heard`() throws {
        let card = try TestCard()
        let pcm = try PCM(card, availMin: 6000)
        let first = Sound.noise(frames: 24000)
        let second = Sound.noise(frames: 9600, seed: 2)
        try pcm.write(first)
        try pcm.start()
        try pcm.wait()
        let heard = try pcm.available()
        #expect(heard >= 6000)
        let rewindable = try pcm.rewindable()
        #expect(rewindable == 24000 - heard)
        let rewound = try pcm.rewind(rewindable - 6000)
        #expect(rewound == rewindable - 6000)
        try pcm.write(second)
        try pcm.drain()
        #expect(try card.heard().samples == Array(first.prefix(2 * (24000 - rewound))) + second)
        #expect(try card.segments().map(\.ended) == ["drain"])
    }

    @Test func `position and delay follow the clock`() throws {
        let card = try TestCard(options: "ppm 500000")
        let pcm = try PCM(card, availMin: 6000)
        try pcm.write(Sound.noise(frames: 24000))
        try pcm.start()
        try pcm.wait()
        let (available, instant) = try pcm.timestamp()
        let delay = try pcm.delay()
        let began = try #require(card.segments().last).monotonicNanoseconds
        let position = Double(instant - began) * 48000 * 1.5 / 1e9
        #expect(available >= 6000)
        #expect(abs(Double(available) - position) <= 2)
        #expect(delay <= 24000 - available)
        try pcm.drop()
        #expect(try card.segments().map(\.ended) == ["drop"])
    }

    @Test func `the timer goes off at the end of a period`() throws {
        let card = try TestCard(options: Self.long)
        let pcm = try PCM(card, buffer: 96000, availMin: 1)
        try pcm.write(Sound.noise(frames: 96000))
        try pcm.start()
        let wake = try pcm.nextWake() + Clocks.monotonic()
        let began = try #require(card.segments().last).monotonicNanoseconds
        #expect(abs(wake - began - 500_000_000) < 20_000_000)
        #expect(try pcm.descriptors().count == 1)
    }

    @Test func `the clock is fast by as much as the asoundrc says`() throws {
        let card = try TestCard(options: Self.fast)
        let pcm = try PCM(card, buffer: 24000)
        try pcm.write(Sound.noise(frames: 24000))
        let before = Clocks.monotonic()
        try pcm.drain()
        let took = Clocks.monotonic() - before
        #expect(took >= 50_000_000)
        #expect(took < 450_000_000)
        #expect(try card.segments().map(\.ppm) == [9_000_000])
    }

    @Test func `the control file changes the speed without a gap`() throws {
        let card = try TestCard(options: Self.long)
        let pcm = try PCM(card, buffer: 96000, periods: 16, availMin: 6000)
        let sound = Sound.noise(frames: 96000)
        try pcm.write(sound)
        try pcm.start()
        try pcm.wait()
        try card.say("ppm 9000000.5\n")
        try pcm.drain()
        #expect(try card.heard().samples == sound)
        let segments = try card.segments()
        #expect(segments.map(\.ended) == ["ppm", "drain"])
        #expect(segments.map(\.ppm) == [0, 9_000_000.5])
        #expect(segments[0].frames + segments[1].frames == 96000)
        let apart = segments[1].monotonicNanoseconds - segments[0].monotonicNanoseconds
        #expect(abs(Double(apart) - Double(segments[0].frames) / 48000 * 1e9) < 2)
    }

    @Test func `pausing stops the clock and the recording`() throws {
        let card = try TestCard(options: Self.fast + " " + Self.long)
        let pcm = try PCM(card, buffer: 96000, periods: 16, availMin: 6000)
        let sound = Sound.noise(frames: 96000)
        try pcm.write(sound)
        try pcm.start()
        try pcm.wait()
        try pcm.pause(true)
        let delay = try pcm.delay()
        let heard = try #require(card.segments().last)
        #expect(heard.ended == "pause")
        #expect(heard.frames == 96000 - delay)
        #expect(try pcm.delay() == delay)
        try pcm.pause(false)
        try pcm.drain()
        #expect(try card.heard().samples == sound)
        #expect(try card.segments().map(\.ended) == ["pause", "drain"])
    }

    @Test func `a handle that does not play sets no timer`() throws {
        let card = try TestCard(options: Self.long)
        let pcm = try PCM(card, buffer: 96000)
        #expect(try pcm.isReady(), "an empty prepared buffer has room, as on a card")
        #expect(try pcm.nextWake() == 0)
        try pcm.write(Sound.noise(frames: 96000))
        #expect(try !pcm.isReady())
        #expect(try pcm.nextWake() == 0)
        try pcm.start()
        #expect(try pcm.nextWake() > 0)
        try pcm.drop()
        #expect(try pcm.nextWake() == 0)
        try pcm.prepare()
        #expect(try pcm.nextWake() == 0)
    }
}
