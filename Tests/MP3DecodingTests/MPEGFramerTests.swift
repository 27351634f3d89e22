import BroadcastTesting
import Testing

@testable import MP3Decoding

/// How a stream of bytes is cut into frames, and what comes out of them.
@Suite struct MPEGFramerTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop()
    }

    /// An MP3 of a tone, without any tag.
    private func tone(_ name: String = "tone", seconds: Double = 1, rate: Int = 44_100, channels: Int = 2) throws
        -> [UInt8]
    {
        try workshop.run(
            """
            sox -R -n -r \(rate) -c \(channels) \(name).wav synth \(seconds) sine 440 gain -6 && \
            lame --quiet -t -b \(channels * 64) --noreplaygain \(name).wav \(name).mp3
            """)
        return try workshop.bytes("\(name).mp3")
    }

    private func frames(_ bytes: [UInt8], pieces: Int, in framer: inout MPEGFramer) -> [MPEGPacket] {
        var found: [MPEGPacket] = []
        var at = 0
        while at < bytes.count {
            let end = min(at + pieces, bytes.count)
            framer.add(bytes.span.extracting(at..<end))
            at = end
            while let packet = framer.next() { found.append(packet) }
        }
        return found
    }

    @Test(arguments: [1, 7, 417, 1_460, 100_000])
    func `a stream gives all its frames, however the network cuts it`(pieces: Int) throws {
        let mp3 = try tone()
        var framer = MPEGFramer()
        let found = frames(mp3, pieces: pieces, in: &framer)
        // The last two wait for those that would confirm or follow them.
        #expect(found.flatMap(\.bytes).elementsEqual(mp3.prefix(found.reduce(0) { $0 + $1.bytes.count })))
        #expect(mp3.count - found.reduce(0) { $0 + $1.bytes.count } < 3 * 418)
        #expect(abs(found.reduce(0) { $0 + $1.header.duration } - 1) < 0.12)
        #expect(found.allSatisfy { $0.header.sampleRate == 44_100 && $0.header.channels == 2 })
        #expect(!framer.isLost)
    }

    @Test func `a stream is found wherever one comes in, and after garbage`() throws {
        let mp3 = try tone()
        var framer = MPEGFramer()
        let garbage =
            [UInt8](repeating: 0xFF, count: 300) + [0xFB, 0x90, 0x64, 0x00] + [UInt8](repeating: 1, count: 50)
        let found = frames(Array(mp3[1_001...]) + garbage + mp3, pieces: 1_000, in: &framer)
        #expect(abs(found.reduce(0) { $0 + $1.header.duration } - 2) < 0.25)
        #expect(found.allSatisfy { $0.header.sampleRate == 44_100 })
    }

    @Test func `a stream that is come into at a byte like that of a web page is no web page`() throws {
        let mp3 = try tone()
        for start in [[0x3C, 0x80, 0x41, 0x41], [0x20, 0x3C, 0x00, 0xFF]] as [[UInt8]] {
            var framer = MPEGFramer()
            #expect(frames(start + mp3[100...], pieces: 1_460, in: &framer).count > 30)
        }
    }

    @Test func `a tag of any size is passed over`() throws {
        let mp3 = try tone()
        let size = 200_000
        let tag: [UInt8] =
            Array("ID3".utf8) + [4, 0, 0]
            + [21, 14, 7, 0].map { UInt8(size >> $0 & 0x7F) } + [UInt8](repeating: 0x55, count: size)
        var framer = MPEGFramer()
        #expect(frames(tag + mp3, pieces: 1_460, in: &framer).count > 30)
        #expect(!framer.isLost)
    }

    @Test func `a stream may go on with another rate, and its samples say so`() throws {
        let (first, second) = (try tone("a"), try tone("b", rate: 22_050, channels: 1))
        var framer = MPEGFramer()
        let found = frames(first + second, pieces: 1_460, in: &framer)
        #expect(Set(found.map(\.header.sampleRate)) == [44_100, 22_050])
        var decoder = try MP3StreamDecoder()
        var seconds = [MP3Format: Double]()
        var samples = [Float](repeating: 0, count: MP3StreamDecoder.room)
        for packet in found {
            var span = samples.mutableSpan
            let count = try decoder.decode(packet.bytes.span, into: &span)
            guard let format = decoder.format, count > 0 else { continue }
            seconds[format, default: 0] += Double(count) / Double(format.sampleRate)
        }
        #expect(seconds.count == 2)
        #expect(abs((seconds[MP3Format(sampleRate: 44_100, channels: 2)] ?? 0) - 1) < 0.15)
        #expect(abs((seconds[MP3Format(sampleRate: 22_050, channels: 1)] ?? 0) - 1) < 0.25)
    }

    @Test func `a stream sounds as the file does`() throws {
        let mp3 = try tone()
        try workshop.run("mpg123 -q --no-gapless -e f32 -s tone.mp3 > tone.raw")
        let expected = try workshop.floats("tone.raw")
        var framer = MPEGFramer()
        var decoder = try MP3StreamDecoder()
        var sound: [Float] = []
        var samples = [Float](repeating: 0, count: MP3StreamDecoder.room)
        for packet in frames(mp3, pieces: 1_460, in: &framer) {
            var span = samples.mutableSpan
            let count = try decoder.decode(packet.bytes.span, into: &span)
            sound += samples[..<(count * 2)]
        }
        #expect(sound.count > 70_000)
        #expect(sound.elementsEqual(expected.prefix(sound.count)))
    }

    @Test func `what is no MP3 is called what it is`() throws {
        var page = MPEGFramer()
        #expect(frames(Array("<!DOCTYPE html><html>Not found</html>".utf8), pieces: 10, in: &page).isEmpty)
        #expect(page.otherKind == "a web page or XML" && page.isLost)
        var noise = MPEGFramer()
        var dice = Dice(seed: 7)
        let bytes = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
        #expect(frames(bytes, pieces: 1_460, in: &noise).isEmpty)
        #expect(noise.isLost)
        var zeros = MPEGFramer()
        #expect(frames([UInt8](repeating: 0, count: 100_000), pieces: 1_460, in: &zeros).isEmpty)
        #expect(zeros.isLost)
    }
}
