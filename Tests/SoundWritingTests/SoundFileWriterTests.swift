import BroadcastTesting
import SoundWriting
import Testing

@Suite struct SoundFileWriterTests {
    /// Samples of the machine's order, as sox reads a file.
    private func samples(of name: String, in workshop: Workshop) throws -> [Int16] {
        try workshop.run("sox \(name) -t s16 -L \(name).raw")
        let bytes = try workshop.bytes("\(name).raw")
        return stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            Int16(bitPattern: UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8)
        }
    }

    @Test(arguments: SoundFileForm.allCases, [1, 2])
    func `what is written is read as it was, to the bit`(form: SoundFileForm, channels: Int) throws {
        let workshop = try Workshop()
        let name = "tape.\(form)"
        // A generator of its own: neither silence nor a tone, and all values.
        var state: UInt32 = 7
        let all = (0..<44_100 * channels).map { index -> Int16 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return index < 9_000 ? 0 : Int16(truncatingIfNeeded: state >> 16)
        }
        var writer = try SoundFileWriter(path: workshop.path(name), form: form, rate: 44_100, channels: channels)
        for start in stride(from: 0, to: all.count, by: 1_000 * channels) {
            try writer.write(all.span.extracting(start..<min(start + 1_000 * channels, all.count)))
        }
        #expect(writer.frames == 44_100)
        try writer.finish()
        #expect(try samples(of: name, in: workshop) == all)
        if form == .wav { #expect(try workshop.bytes(name).starts(with: Array("RIFF".utf8))) }
    }

    @Test func `a file that cannot be made or filled says why`() throws {
        let workshop = try Workshop()
        #expect {
            _ = try SoundFileWriter(path: workshop.path("none/tape.flac"), form: .flac, rate: 48_000, channels: 2)
        } throws: { error in
            (error as? SoundWritingError)?.step == .open && "\(error)".contains("No such file")
        }
        #expect {
            _ = try SoundFileWriter(path: workshop.path("tape.flac"), form: .flac, rate: 48_000, channels: 99)
        } throws: { error in
            (error as? SoundWritingError)?.step == .open
        }
        // A device that is always full.
        let chunk = [Int16](repeating: 1, count: 8_192)
        #expect(throws: SoundWritingError.self) {
            var writer = try SoundFileWriter(path: "/dev/full", form: .wav, rate: 48_000, channels: 1)
            for _ in 0..<64 { try writer.write(chunk.span) }
            try writer.finish()
        }
    }

    @Test func `a name says its form`() {
        #expect(SoundFileForm(path: "/a.b/day.FLAC") == .flac)
        #expect(SoundFileForm(path: "day.wav") == .wav)
        #expect(SoundFileForm(path: "/a.flac/day") == nil)
        #expect(SoundFileForm(path: "day.mp3") == nil)
        #expect(SoundFileForm(path: "") == nil)
    }
}
