import Foundation

/// Sounds made of others, as a node makes them of a programme's blocks.
extension Sound {
    /// So many frames of nothing.
    static func silence(_ frames: Int, rate: Int, channels: Int = 2) -> Sound {
        Sound(rate: rate, channels: channels, samples: Array(repeating: 0, count: frames * channels))
    }

    /// The same, so many dB louder.
    func amplified(by decibels: Double) -> Sound {
        let factor = pow(10, decibels / 20)
        return Sound(
            rate: rate, channels: channels,
            samples: samples.map { Int16(clamping: Int((Double($0) * factor).rounded())) })
    }

    static func + (first: Sound, second: Sound) -> Sound {
        Sound(rate: first.rate, channels: first.channels, samples: first.samples + second.samples)
    }

    /// Where `other` begins that sounds once in this one, as a stretch within it tells; what its first frames were faded by does not count.
    func onlyPlace(of other: Sound) throws -> Int {
        let probe = 2000
        let places = places(of: other[probe..<probe + 400])
        guard places.count == 1, let place = places.first else {
            throw Malformed(description: "\(other) is heard at \(places) of \(self)")
        }
        return place - probe
    }
}
