import CRealtime

/// Signals for tests, without Foundation.
enum Wave {
    /// The sine of `turns` of a full circle.
    static func sine(_ turns: Double) -> Double {
        let half = realtime_tangent(.pi * (turns - turns.rounded()))
        return 2 * half / (1 + half * half)
    }

    /// A second of something like music, which can be repeated without a seam: tones that swell, and a little noise.
    static let music: [Float] = {
        var dice = Dice(seed: 101)
        let tones: [(Int, Double)] = [(110, 0.2), (277, 0.12), (1318, 0.06), (3520, 0.03)]
        return (0..<48_000).map { frame in
            let time = Double(frame) / 48_000
            var sum = tones.reduce(0) { $0 + $1.1 * sine(Double($1.0) * time) }
            sum *= 0.8 + 0.2 * sine(3 * time)
            return Float(sum + Double.random(in: -0.004...0.004, using: &dice))
        }
    }()

    /// A second of something like speech, which can be repeated without a seam: pulses at a voice's pitch, in syllables, and
    /// breath.
    static let speech: [Float] = {
        var dice = Dice(seed: 102)
        return (0..<48_000).map { frame in
            let time = Double(frame) / 48_000
            var sum = 0.0
            for harmonic in 1...12 { sum += sine(140 * Double(harmonic) * time) / Double(harmonic) }
            sum *= 0.2 * (0.55 + 0.45 * sine(4 * time))
            return Float(sum + Double.random(in: -0.006...0.006, using: &dice))
        }
    }()
}
