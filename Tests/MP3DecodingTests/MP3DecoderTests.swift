import BroadcastTesting
import MP3Decoding
import Testing

@Suite struct MP3DecoderTests {
    /// A way to make an MP3 of a given shape, by the name that a failure shows.
    struct Recipe: Sendable, CustomTestStringConvertible {
        let name: String
        let format: MP3Format
        let command: String
        var testDescription: String { name }

        init(_ name: String, _ rate: Int, _ channels: Int, _ options: String) {
            self.name = name
            format = MP3Format(sampleRate: rate, channels: channels)
            command = "\(Self.source(rate: rate, channels: channels)) && lame --quiet \(options) in.wav out.mp3"
        }

        static func source(rate: Int, channels: Int) -> String {
            "sox -R -n -r \(rate) -c \(channels) in.wav synth 2.345 pinknoise synth 2.345 sine mix 300-3000 gain -8"
        }
    }

    static let recipes = [
        Recipe("CBR, 44.1 kHz, stereo", 44_100, 2, "-b 128"),
        Recipe("CBR, 48 kHz, stereo", 48_000, 2, "-b 192 -m s"),
        Recipe("CBR, 22.05 kHz, mono", 22_050, 1, "-b 32"),
        Recipe("CBR, 8 kHz, mono", 8_000, 1, "-b 16"),
        Recipe("VBR with Xing", 44_100, 2, "-V 4"),
        Recipe("VBR without Xing", 44_100, 2, "-V 4 -t"),
        Recipe("ABR", 48_000, 1, "--abr 96"),
        Recipe("free format", 44_100, 2, "--freeformat -b 340"),
        Recipe("CRC", 32_000, 2, "-p -b 96"),
        Recipe("ID3", 44_100, 2, "-b 128 --add-id3v2 --pad-id3v2-size 300000 --tt Title"),
    ]

    /// All samples that come out of `decoder`, read in chunks of changing size.
    private func drain(_ decoder: consuming MP3Decoder) throws -> [Float] {
        var samples: [Float] = []
        var chunks = [5_000, 2, 4_999, 1_152, 64].map { [Float](repeating: 0, count: $0) }
        var turn = 0
        while true {
            var target = chunks[turn].mutableSpan
            let frames = try decoder.read(into: &target)
            if frames == 0 { return samples }
            samples += chunks[turn].prefix(frames * decoder.format.channels)
            turn = (turn + 1) % chunks.count
        }
    }

    @Test(arguments: recipes)
    func `samples and length are those of mpg123`(recipe: Recipe) throws {
        let workshop = try Workshop()
        try workshop.run(recipe.command)
        try workshop.run("mpg123 -q -e f32 -O out.raw out.mp3")
        let expected = try workshop.floats("out.raw")

        var decoder = try MP3Decoder(path: workshop.path("out.mp3"))
        try decoder.scan()
        let facts = (format: decoder.format, frames: decoder.frames, position: decoder.position)
        #expect(facts.format == recipe.format)
        #expect(facts.frames == expected.count / recipe.format.channels)
        #expect(facts.position == 0)
        let samples = try drain(decoder)
        #expect(samples.count == expected.count)
        let isEqual = samples == expected
        #expect(isEqual)
        #expect(samples.contains { abs($0) > 0.1 })
    }

    @Test func `a gapless file is as long as what was encoded`() throws {
        let workshop = try Workshop()
        try workshop.run("\(Recipe.source(rate: 44_100, channels: 2)) && lame --quiet -b 128 in.wav out.mp3")
        let decoder = try MP3Decoder(path: workshop.path("out.mp3"))
        let facts = (frames: decoder.frames, bitrate: decoder.bitrate, varies: decoder.isVariableBitrate)
        #expect(facts == (103_414, 128, false))
        #expect(try drain(decoder).count == 2 * 103_414)
    }

    @Test(arguments: [0, 1, 1_151, 40_000, 103_413])
    func `seeking to a frame gives what reading up to it gives`(frame: Int) throws {
        let workshop = try Workshop()
        try workshop.run("\(Recipe.source(rate: 44_100, channels: 2)) && lame --quiet -V 4 in.wav out.mp3")
        let whole = try drain(try MP3Decoder(path: workshop.path("out.mp3")))
        var decoder = try MP3Decoder(path: workshop.path("out.mp3"))
        let varies = decoder.isVariableBitrate
        #expect(varies)
        try decoder.seek(toFrame: 70_000)
        try decoder.seek(toFrame: frame)
        let position = decoder.position
        #expect(position == frame)
        let rest = try drain(decoder)
        #expect(rest.count == whole.count - 2 * frame)
        // The first frames after a jump lack the bit reservoir's exact history: inaudible, but not to the bit.
        let distance = zip(rest, whole.dropFirst(2 * frame)).map { abs($0 - $1) }.max() ?? 0
        #expect(distance < 1e-4)
    }

    @Test func `a seek past the end reads as the end`() throws {
        let workshop = try Workshop()
        try workshop.run(Self.recipes[0].command)
        var decoder = try MP3Decoder(path: workshop.path("out.mp3"))
        try decoder.seek(toFrame: 10_000_000)
        #expect(try drain(decoder).isEmpty)
    }

    @Test func `a large cover is skipped, not stored`() throws {
        let workshop = try Workshop()
        try workshop.run(Self.recipes[0].command)
        let plain = try drain(try MP3Decoder(path: workshop.path("out.mp3")))
        let cover = [UInt8](repeating: 0xFF, count: 3 << 20)
        try workshop.write(tag(announcing: cover.count) + cover + workshop.bytes("out.mp3"), to: "cover.mp3")
        let isEqual = try drain(try MP3Decoder(path: workshop.path("cover.mp3"))) == plain
        #expect(isEqual)
    }

    @Test func `a tag that announces more than the file holds is refused without reserving it`() throws {
        let workshop = try Workshop()
        try workshop.run(Self.recipes[0].command)
        try workshop.write(tag(announcing: 0x0FFF_FFFF) + workshop.bytes("out.mp3"), to: "huge.mp3")
        let error = #expect(throws: MP3DecodingError.self) {
            _ = try MP3Decoder(path: workshop.path("huge.mp3"))
        }
        #expect(error?.step == .format)
    }

    @Test func `a change of rate midway is converted to the first format`() throws {
        let workshop = try Workshop()
        try workshop.run(
            """
            \(Recipe.source(rate: 44_100, channels: 2)) && lame --quiet -t -b 128 in.wav first.mp3 &&
            \(Recipe.source(rate: 22_050, channels: 1)) && lame --quiet -t -b 64 in.wav second.mp3 &&
            cat first.mp3 second.mp3 > out.mp3
            """)
        let decoder = try MP3Decoder(path: workshop.path("out.mp3"))
        let format = decoder.format
        #expect(format == MP3Format(sampleRate: 44_100, channels: 2))
        let samples = try drain(decoder)
        #expect(abs(samples.count / 2 - 2 * 103_414) < 10_000)
    }

    @Test(arguments: ["/nowhere/at-all.mp3", "/", "/dev/null"])
    func `what is no file is an error of opening`(path: String) {
        let error = #expect(throws: MP3DecodingError.self) { _ = try MP3Decoder(path: path) }
        #expect(error?.step == .open)
        #expect(error?.description.isEmpty == false)
    }

    @Test(arguments: 0..<40)
    func `damaged files end, by an error or by the end`(seed: UInt64) throws {
        let workshop = try Workshop()
        try workshop.run(Self.recipes[Int(seed) % Self.recipes.count].command)
        var dice = Dice(seed: seed)
        var bytes = try workshop.bytes("out.mp3")
        switch seed % 4 {
        case 0: bytes.removeLast(dice.next(below: bytes.count))
        case 1: for _ in 0..<200 { bytes[dice.next(below: bytes.count)] = UInt8(truncatingIfNeeded: dice.next()) }
        case 2: for index in 0..<bytes.count / 2 { bytes[index] = UInt8(truncatingIfNeeded: dice.next()) }
        default: bytes = (0..<100_000).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
        }
        try workshop.write(bytes, to: "bad.mp3")
        do throws(MP3DecodingError) {
            var decoder = try MP3Decoder(path: workshop.path("bad.mp3"))
            var chunk = [Float](repeating: 0, count: 10_000)
            var frames = 0
            while true {
                var target = chunk.mutableSpan
                let count = try decoder.read(into: &target)
                if count == 0 { break }
                frames += count
            }
            // A frame of 24 bytes, the shortest, decodes to 1,152 frames.
            #expect(frames <= bytes.count / 24 * 1_152)
        } catch {
            #expect(error.step == .format || error.step == .read)
        }
    }

    /// The header of an ID3v2 tag of `size` bytes (seven bits of it per byte).
    private func tag(announcing size: Int) -> [UInt8] {
        Array("ID3".utf8) + [4, 0, 0] + [21, 14, 7, 0].map { UInt8(size >> $0 & 0x7F) }
    }
}
