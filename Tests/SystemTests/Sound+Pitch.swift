/// What a tone says of which of several sounds is heard.
extension Sound {
    /// Frames of which one pitch is told: a twentieth of a second.
    private var window: Int { rate / 20 }

    /// Seconds in which each of these pitches in Hz is heard, 0 standing for silence. A moment in which one turns into another counts
    /// for none of them.
    func seconds(at pitches: [Int]) -> [Int: Double] {
        var windows: [Int: Int] = [:]
        for start in stride(from: 0, through: frames - window, by: window) {
            let pitch = pitch(from: start)
            if let nearest = pitches.min(by: { abs($0 - pitch) < abs($1 - pitch) }), abs(nearest - pitch) <= 30 {
                windows[nearest, default: 0] += 1
            }
        }
        return windows.mapValues { Double($0 * window) / Double(rate) }
    }

    /// The pitch of the first channel in Hz within one window, by its zero crossings.
    private func pitch(from start: Int) -> Int {
        let samples = samples.span
        var crossings = 0
        var sign = 0
        for frame in start..<start + window {
            let sample = Int(samples[frame * channels])
            // The noise of an encoder crosses zero as well, but is no tone.
            guard abs(sample) > 100 else { continue }
            if sample * sign < 0 { crossings += 1 }
            sign = sample.signum()
        }
        return crossings * rate / window / 2
    }
}
