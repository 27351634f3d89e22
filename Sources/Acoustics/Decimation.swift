import Glibc

/// Brings sound to a whole fraction of its rate, with what the lower rate cannot hold taken out before.
struct Decimation {
    private let factor: Int
    private let weights: [Float]

    init(by factor: Int) {
        self.factor = factor
        // A windowed sinc (Blackman), its edge at 0.9 of the new rate's half, symmetrical: it delays nothing.
        let reach = 16 * factor
        let edge = 0.45 / Double(factor)
        let taps = (-reach...reach).map { tap -> Double in
            let phase = Double.pi * Double(tap) / Double(reach + 1)
            let window = 0.42 + 0.5 * cos(phase) + 0.08 * cos(2 * phase)
            return window * (tap == 0 ? 2 * edge : sin(2 * Double.pi * edge * Double(tap)) / (Double.pi * Double(tap)))
        }
        let total = taps.reduce(0, +)
        weights = taps.map { Float($0 / total) }
    }

    /// Every `factor`-th frame, from the first on.
    func apply(to sound: [Float]) -> [Float] {
        guard factor > 1 else { return sound }
        let reach = weights.count / 2
        return stride(from: 0, to: sound.count, by: factor).map { center in
            let range = max(0, center - reach)..<min(sound.count, center + reach + 1)
            var sum: Float = 0
            for frame in range { sum += sound[frame] * weights[frame - center + reach] }
            return sum
        }
    }
}
