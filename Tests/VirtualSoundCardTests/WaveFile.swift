import Foundation

/// A WAV file as bytes: what its header says, and the sound up to where the header says.
struct WaveFile: Hashable {
    let tag: Int
    let channels: Int
    let rate: Int
    let bits: Int
    let sound: Data

    struct Malformed: Error {
        let path: String
    }

    init(path: String) throws {
        let bytes = try Data(contentsOf: URL(filePath: path))
        func number(_ at: Int, _ count: Int) -> Int {
            bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= 44, bytes[0..<4] == Data("RIFF".utf8), bytes[36..<40] == Data("data".utf8),
            number(4, 4) == number(40, 4) + 36, bytes.count >= 44 + number(40, 4)
        else { throw Malformed(path: path) }
        (tag, channels, rate, bits) = (number(20, 2), number(22, 2), number(24, 4), number(34, 2))
        sound = Data(bytes[44..<44 + number(40, 4)])
    }

    /// 16-bit samples, to be written.
    init(samples: [Int16], channels: Int, rate: Int) {
        (tag, self.channels, self.rate, bits) = (1, channels, rate, 16)
        sound = unsafe samples.withUnsafeBytes { unsafe Data($0) }
    }

    func write(to path: String) throws {
        func little(_ value: Int, _ count: Int) -> Data {
            Data((0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
        }
        let frame = channels * bits / 8
        var bytes = Data("RIFF".utf8) + little(sound.count + 36, 4) + Data("WAVEfmt ".utf8) + little(16, 4)
        bytes += little(tag, 2) + little(channels, 2) + little(rate, 4) + little(rate * frame, 4)
        bytes += little(frame, 2) + little(bits, 2) + Data("data".utf8) + little(sound.count, 4) + sound
        try bytes.write(to: URL(filePath: path))
    }

    /// The sound from a frame on, as 16-bit samples of a machine that keeps the low byte first, as WAV files do.
    func samples(from frame: Int = 0) -> [Int16] {
        let bytes = sound.dropFirst(frame * channels * 2)
        var samples = [Int16](repeating: 0, count: bytes.count / 2)
        _ = unsafe samples.withUnsafeMutableBytes { unsafe bytes.copyBytes(to: $0) }
        return samples
    }

    var samples: [Int16] {
        samples()
    }
}
