import Glibc

/// A tone that rises by as many octaves in each second: the test signal of A. Farina (AES 108, preprint 5093).
///
/// Its energy is spread over the whole range and over its whole duration, so that it is found in noise that is louder than
/// itself, and nothing that people say or play looks like it.
public struct ExponentialSweep: Sendable, Hashable {
    /// Hz at which it begins and ends.
    public let frequencies: ClosedRange<Double>
    /// Seconds.
    public let duration: Double

    /// The sweep of the self-test: 300 Hz to 6 kHz, which a horn carries, in a second and a half.
    public static let selfTest = ExponentialSweep(frequencies: 300...6000, duration: 1.5)

    /// Seconds of fading at both ends, so that neither clicks.
    static let fade = 0.02

    /// - Precondition: it begins above 0 Hz, ends higher, and lasts longer than it fades.
    public init(frequencies: ClosedRange<Double>, duration: Double) {
        precondition(frequencies.lowerBound > 0 && frequencies.upperBound > frequencies.lowerBound, "it rises")
        precondition(duration > 2 * Self.fade, "it lasts longer than it fades")
        self.frequencies = frequencies
        self.duration = duration
    }

    /// The sweep at `rate` frames in a second, its crest at `level` dBFS.
    ///
    /// - Precondition: `rate` is more than twice the highest frequency.
    public func samples(rate: Double, level: Double = 0) -> [Float] {
        precondition(rate > 2 * frequencies.upperBound, "the rate holds the highest frequency")
        let octaves = log(frequencies.upperBound / frequencies.lowerBound)
        let turns = 2 * Double.pi * frequencies.lowerBound * duration / octaves
        let factor = pow(10, level / 20)
        let count = Int((duration * rate).rounded())
        return (0..<count).map { frame in
            let time = Double(frame) / rate
            let edge = min(time, duration - time) / Self.fade
            let envelope = edge < 1 ? 0.5 - 0.5 * cos(Double.pi * max(edge, 0)) : 1
            return Float(factor * envelope * sin(turns * (exp(octaves * time / duration) - 1)))
        }
    }
}
