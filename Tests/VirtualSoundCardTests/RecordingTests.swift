import CALSA
import Foundation
import TestThreads
import Testing

/// Which files the card makes of what is heard.
@Suite(.ownThread) struct RecordingTests {
    @Test func `opening again goes on in the same file, another format begins a new one`() throws {
        let card = try TestCard(options: HandleTests.fast)
        let sounds = (1...3).map { Sound.noise(frames: 960, seed: $0) }
        for (sound, rate) in zip(sounds, [48000, 48000, 44100]) {
            let pcm = try PCM(card, rate: rate)
            try pcm.write(sound)
            try pcm.drain()
        }
        #expect(try card.heard().samples == sounds[0] + sounds[1])
        #expect(try card.heard(2) == WaveFile(samples: sounds[2], channels: 2, rate: 44100))
        let segments = try card.segments()
        #expect(segments.map(\.file) == ["heard.wav", "heard.wav", "heard.2.wav"])
        #expect(segments.map(\.first) == [0, 960, 0])
        #expect(segments.map(\.rate) == [48000, 48000, 44100])
    }

    @Test func `a full file is followed by another without a gap`() throws {
        let card = try TestCard(options: "ppm 9000000 file_bytes_max 40000")
        let pcm = try PCM(card)
        let sound = Sound.noise(frames: 24000)
        try pcm.write(sound)
        try pcm.drain()
        #expect(try card.heard(1).samples + card.heard(2).samples + card.heard(3).samples == sound)
        let segments = try card.segments()
        #expect(segments.map(\.frames) == [10000, 10000, 4000])
        #expect(segments.map(\.ended) == ["full", "full", "drain"])
        let apart = segments[1].monotonicNanoseconds - segments[0].monotonicNanoseconds
        #expect(abs(Double(apart) - 10000 / 480000.0 * 1e9) < 2)
    }

    @Test func `closing while it plays is not the same as dropping`() throws {
        let card = try TestCard(options: HandleTests.long)
        do {
            let pcm = try PCM(card, buffer: 96000)
            try pcm.write(Sound.noise(frames: 96000))
            try pcm.start()
        }
        do {
            let pcm = try PCM(card, buffer: 96000)
            try pcm.write(Sound.noise(frames: 96000))
            try pcm.start()
            try pcm.drop()
        }
        #expect(try card.segments().map(\.ended) == ["closed", "drop"])
    }

    @Test func `one program has the card at a time`() throws {
        let card = try TestCard()
        do {
            let pcm = try PCM(card)
            #expect(throws: PCM.Refusal(code: EBUSY)) { _ = try PCM(card) }
            #expect(pcm.state == SND_PCM_STATE_PREPARED)
        }
        _ = try PCM(card)
    }

    @Test func `24 bits lie in four bytes of the buffer and in three of the file`() throws {
        let card = try TestCard(options: "ppm 9000000 formats [ S24_LE ] channels [ 1 ]")
        let pcm = try PCM(card, channels: 1, format: SND_PCM_FORMAT_S24_LE, buffer: 12000)
        let samples = Sound.noise(frames: 6000, channels: 1).map { Int32($0) << 8 | 0x5A }
        try pcm.write(samples)
        try pcm.drain()
        let heard = try card.heard()
        #expect((heard.tag, heard.bits, heard.channels) == (1, 24, 1))
        let bytes = samples.flatMap { sample in [0, 8, 16].map { UInt8(truncatingIfNeeded: sample >> $0) } }
        #expect(heard.sound == Data(bytes))
    }

    @Test(arguments: ["file_bytes_max 3000000000", "ppm -12.5", "rates 48000", "comment \"a test\""])
    func `a right option is taken`(option: String) throws {
        let card = try TestCard(options: option)
        #expect(try PCM(card).state == SND_PCM_STATE_PREPARED)
    }

    @Test(arguments: ["rates [ 12 ]", "formats [ MP3 ]", "ppm fast", "periods_min 1", "volume 3"])
    func `a wrong option is refused`(option: String) throws {
        let card = try TestCard(options: option)
        #expect(throws: PCM.Refusal(code: EINVAL)) { _ = try PCM(card) }
    }
}
