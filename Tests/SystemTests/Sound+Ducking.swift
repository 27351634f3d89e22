/// Sounds that are heard at once.
extension Sound {
    /// This sound without `other`, which sounds in it from frame `at` on, so many dB louder.
    func without(_ other: Sound, at frame: Int = 0, louder decibels: Double = 0) -> Sound {
        let part = other.amplified(by: decibels)
        var rest = self
        for index in 0..<max(0, min(part.samples.count, (frames - frame) * channels)) {
            rest.samples[frame * channels + index] &-= part.samples[index]
        }
        return rest
    }
}
