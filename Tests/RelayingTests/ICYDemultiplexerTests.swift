import Testing

@testable import Relaying

/// How the metadata of a stream is taken out.
@Suite struct ICYDemultiplexerTests {
    private func block(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        let units = (bytes.count + 15) / 16
        return [UInt8(units)] + bytes + [UInt8](repeating: 0, count: units * 16 - bytes.count)
    }

    private func sound(_ bytes: [UInt8], interval: Int?, pieces: Int) -> ([UInt8], String?) {
        var demultiplexer = ICYDemultiplexer(interval: interval)
        var sound: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            let piece = bytes.span.extracting(start..<min(start + pieces, bytes.count))
            demultiplexer.add(piece) { part in for index in part.indices { sound.append(part[index]) } }
        }
        return (sound, demultiplexer.title)
    }

    @Test(arguments: [1, 3, 64, 10_000])
    func `the sound comes out whole and the title with it`(pieces: Int) {
        let parts = (0..<5).map { number in [UInt8](repeating: UInt8(number + 1), count: 100) }
        let blocks = [
            "", "StreamTitle='Tin tức';StreamUrl='';", "", "StreamTitle='L'été d'Hà Nội';", "StreamUrl='x';",
        ]
        let bytes = zip(parts, blocks).flatMap { part, text in part + block(text) }
        let (heard, title) = sound(bytes, interval: 100, pieces: pieces)
        #expect(heard == parts.flatMap { $0 })
        #expect(title == "L'été d'Hà Nội")
    }

    @Test func `blocks of every size come out, wherever the network cuts them`() {
        for units in 0...255 {
            // The title fills its block, or leaves the most room that there can be.
            for length in Set([units * 16, max(0, units * 16 - 15)]) where length == 0 || length > 16 {
                let title = String(repeating: "x", count: max(0, length - 15))
                let text = length == 0 ? "" : "StreamTitle='\(title)';"
                let bytes = [1, 2, 3] + block(text) + [4, 5, 6] + block("") + [7]
                for pieces in [1, 2, 17, 5_000] {
                    let (heard, found) = sound(bytes, interval: 3, pieces: pieces)
                    #expect(heard == [1, 2, 3, 4, 5, 6, 7])
                    #expect(found == (length == 0 ? nil : String(title.prefix(256))), "\(units) \(length) \(pieces)")
                }
            }
        }
    }

    @Test(arguments: [nil, 0, -5]) func `without an interval all is sound`(interval: Int?) {
        let bytes = [UInt8](0...255)
        #expect(sound(bytes, interval: interval, pieces: 10).0 == bytes)
    }

    @Test func `a huge interval and a broken title do no harm`() {
        #expect(sound([1, 2, 3], interval: Int.max, pieces: 1).0 == [1, 2, 3])
        let bytes = [9] + block("StreamTitle='no end\u{7}" + String(repeating: "x", count: 1_000)) + [8]
        let (heard, title) = sound(bytes, interval: 1, pieces: 5)
        #expect(heard == [9, 8])
        #expect(title?.hasPrefix("no endx") == true && (title?.count ?? 0) <= 256)
    }
}
