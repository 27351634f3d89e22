import Foundation

/// Interleaved 16-bit samples.
struct Sound: Sendable {
    var rate: Int
    var channels: Int
    var samples: [Int16]

    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    var frames: Int { samples.count / channels }

    init(rate: Int, channels: Int, samples: [Int16]) {
        self.rate = rate
        self.channels = channels
        self.samples = samples
    }

    /// Reads a WAV file of 16 bits, as far as it goes.
    init(wav path: String) throws {
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        func number(_ at: Int, _ count: Int) -> Int {
            bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= 44, bytes[0..<4].elementsEqual("RIFF".utf8), number(34, 2) == 16 else {
            throw Malformed(description: "\(path) is no WAV file of 16 bits")
        }
        var at = 12
        while at + 8 <= bytes.count, !bytes[at..<at + 4].elementsEqual("data".utf8) { at += 8 + number(at + 4, 4) }
        guard at + 8 <= bytes.count else { throw Malformed(description: "\(path) has no sound") }
        let end = min(bytes.count, at + 8 + number(at + 4, 4))
        rate = number(24, 4)
        channels = number(22, 2)
        samples = stride(from: at + 8, to: end - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    /// Frames `range`, as far as there are any.
    subscript(range: Range<Int>) -> Sound {
        let clamped = range.clamped(to: 0..<frames)
        return Sound(
            rate: rate, channels: channels,
            samples: Array(samples[clamped.lowerBound * channels..<clamped.upperBound * channels]))
    }

    /// The loudest sample of a frame.
    func peak(_ frame: Int) -> Int {
        samples[frame * channels..<(frame + 1) * channels].reduce(0) { max($0, Int($1.magnitude)) }
    }

    /// The frames from the first to the last that is not digital silence.
    var audible: Range<Int> {
        guard let first = samples.firstIndex(where: { $0 != 0 }), let last = samples.lastIndex(where: { $0 != 0 })
        else { return 0..<0 }
        return first / channels..<last / channels + 1
    }

    /// The greatest difference between a sample of this sound, from frame `at` on, and of `other`; nil where this one is too short.
    func distance(to other: Sound, at frame: Int) -> Int? {
        guard frame >= 0, other.channels == channels, frame + other.frames <= frames else { return nil }
        let first = frame * channels
        var greatest = 0
        for index in other.samples.indices {
            greatest = max(greatest, abs(Int(samples[first + index]) - Int(other.samples[index])))
        }
        return greatest
    }

    /// The first frame, from `start` on, at which `other` is found to within so many least significant bits.
    func find(_ other: Sound, from start: Int = 0, within tolerance: Int = 1) -> Int? {
        guard other.frames > 0, start + other.frames <= frames else { return nil }
        let needle = other.samples.map(Int.init)
        for frame in start...frames - other.frames {
            let first = frame * channels
            if needle.indices.allSatisfy({ abs(Int(samples[first + $0]) - needle[$0]) <= tolerance }) { return frame }
        }
        return nil
    }

    /// The frames at which `other` is found to within one least significant bit.
    func places(of other: Sound) -> [Int] {
        var places: [Int] = []
        while let place = find(other, from: (places.last ?? -1) + 1) { places.append(place) }
        return places
    }

    /// The correlation of this sound, from frame `at` on, with `other`, from −1 to 1, over the frames that both have.
    func correlation(with other: Sound, at frame: Int = 0) -> Double {
        let count = min(frames - frame, other.frames) * channels
        guard count > 0 else { return 0 }
        var (both, mine, others) = (0.0, 0.0, 0.0)
        for index in 0..<count {
            let (a, b) = (Double(samples[frame * channels + index]), Double(other.samples[index]))
            both += a * b
            mine += a * a
            others += b * b
        }
        return mine > 0 && others > 0 ? both / (mine * others).squareRoot() : 0
    }

    /// Whether no frame of `range` is other than digital silence.
    func isSilent(_ range: Range<Int>) -> Bool { self[range].samples.allSatisfy { $0 == 0 } }
}

extension Sound: CustomStringConvertible, CustomReflectable {
    var description: String { "\(frames) frames of \(rate) Hz" }

    /// A failed expectation shows no samples: there are hundreds of thousands.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
