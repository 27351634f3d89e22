import BroadcastTesting
import MP3Decoding
import Testing

@Suite struct MP3InspectionTests {
    private let workshop: Workshop

    init() throws {
        workshop = try Workshop()
        try workshop.run(MP3DecoderTests.recipes[0].command)
    }

    private func inspect(_ name: String) throws -> MP3Inspection {
        try MP3Inspection(path: workshop.path(name)) { _, _ in }
    }

    private func defect(_ name: String) -> MP3Defect? {
        let found = #expect(throws: MP3Defect.self) { _ = try inspect(name) }
        #expect(found?.description.isEmpty == false)
        return found
    }

    @Test(arguments: MP3DecoderTests.recipes)
    func `a sound file passes, and every sample of it is shown`(recipe: MP3DecoderTests.Recipe) throws {
        try workshop.run(recipe.command)
        try workshop.run("mpg123 -q -e f32 -O out.raw out.mp3")
        var samples: [Float] = []
        let inspection = try MP3Inspection(path: workshop.path("out.mp3")) { chunk, format in
            #expect(format == recipe.format)
            for index in chunk.indices { samples.append(chunk[index]) }
        }
        #expect(inspection.format == recipe.format)
        #expect(inspection.frames == samples.count / recipe.format.channels)
        let isEqual = try samples == workshop.floats("out.raw")
        #expect(isEqual)
        #expect(try inspection.bytes == workshop.bytes("out.mp3").count)
        #expect(abs(inspection.duration - 2.345) < 0.2)
        #expect(inspection.isVariableBitrate == (recipe.name.contains("VBR") || recipe.name.contains("ABR")))
    }

    @Test func `an empty file is named as such`() throws {
        try workshop.write([], to: "empty.mp3")
        #expect(defect("empty.mp3") == .empty)
    }

    @Test func `a missing file is unreadable`() throws {
        guard case .unreadable(let error) = defect("missing.mp3") else {
            Issue.record("not unreadable")
            return
        }
        #expect(error.step == .open)
    }

    @Test(arguments: [
        ("cp in.wav other", "WAV"), ("ffmpeg -v error -i in.wav -f flac other", "FLAC"),
        ("ffmpeg -v error -i in.wav -f ogg other", "Ogg"), ("ffmpeg -v error -i in.wav -c:a aac -f ipod other", "MP4"),
        ("ffmpeg -v error -i in.wav -lavfi showwavespic -f image2 -c png other", "PNG"),
        ("printf '<!doctype html><html><body>404 not found</body></html>' > other", "web page"),
        ("seq 100000 > other", "no MPEG audio"), ("head -c 300000 /dev/zero > other", "no MPEG audio"),
        ("ffmpeg -v error -i in.wav -c:a mp2 -f mp2 other", "layer 2"),
    ])
    func `what is no MP3 is named`(command: String, word: String) throws {
        try workshop.run(command)
        guard case .notMP3(let what) = defect("other") else {
            Issue.record("taken for an MP3")
            return
        }
        #expect(what.contains(word))
    }

    @Test(arguments: 0..<20)
    func `random bytes never pass`(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        try workshop.write((0..<200_000).map { _ in UInt8(truncatingIfNeeded: dice.next()) }, to: "random.mp3")
        _ = defect("random.mp3")
    }

    @Test(arguments: [1, 100, 5_000, 20_000], [0, 5])
    func `a file cut at any byte is cut short`(cut: Int, recipe: Int) throws {
        try workshop.run(MP3DecoderTests.recipes[recipe].command)
        let bytes = try workshop.bytes("out.mp3")
        try workshop.write(bytes.dropLast(cut), to: "cut.mp3")
        guard case .truncated = defect("cut.mp3") else {
            Issue.record("not found to be cut short")
            return
        }
    }

    @Test func `a file cut between two frames is found by what it announces`() throws {
        // CBR 128 kbit/s at 44.1 kHz: frames of 417 or 418 bytes; find a header and cut there.
        let bytes = try workshop.bytes("out.mp3")
        var place = 20_000
        while !(bytes[place] == 0xFF && bytes[place + 1] == 0xFB && bytes[place + 2] & 0xF0 == 0x90) { place += 1 }
        try workshop.write(bytes.prefix(place), to: "cut.mp3")
        guard case .truncated(let found, let announced?) = defect("cut.mp3") else {
            Issue.record("not found to be cut short")
            return
        }
        #expect(announced == 91)
        #expect(found < 60)
    }

    @Test func `bytes overwritten in the middle are damage`() throws {
        var bytes = try workshop.bytes("out.mp3")
        for index in 15_000..<18_000 { bytes[index] = 0 }
        try workshop.write(bytes, to: "damaged.mp3")
        guard case .damaged(let garbage, let size) = defect("damaged.mp3") else {
            Issue.record("not found to be damaged")
            return
        }
        #expect(size == bytes.count)
        #expect((2_000...4_000).contains(garbage))
    }

    @Test func `a change of rate is named with its frame`() throws {
        try workshop.run(
            """
            lame --quiet -t -b 128 in.wav first.mp3 && lame --quiet -t --resample 22.05 in.wav second.mp3 &&
            cat first.mp3 second.mp3 > joined.mp3
            """)
        guard case .formatChanges(let frame) = defect("joined.mp3") else {
            Issue.record("not found")
            return
        }
        #expect((88...94).contains(frame))
    }

    @Test func `tags at the end do no harm`() throws {
        let tag = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
        try workshop.write(workshop.bytes("out.mp3") + tag, to: "tagged.mp3")
        #expect(try inspect("tagged.mp3").frames == inspect("out.mp3").frames)
    }

    @Test func `a tag without sound is no MP3`() throws {
        let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 7, 0x68] + [UInt8](repeating: 0, count: 1_000)
        try workshop.write(tag, to: "tag.mp3")
        guard case .notMP3 = defect("tag.mp3") else {
            Issue.record("taken for an MP3")
            return
        }
    }

    @Test func `what the consumer throws stops the inspection`() throws {
        struct Enough: Error {}
        var chunks = 0
        #expect(throws: Enough.self) {
            _ = try MP3Inspection(path: workshop.path("out.mp3")) { _, _ in
                chunks += 1
                if chunks == 3 { throw Enough() }
            }
        }
        #expect(chunks == 3)
    }
}
