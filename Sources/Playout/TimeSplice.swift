/// Makes sound a few milliseconds shorter or longer without a click: it looks for the place where the sound repeats itself best, and
/// fades from the one to the other (waveform similarity, as speech is slowed down and speeded up).
enum TimeSplice {
    /// Frames of the fade.
    private static func fade(_ rate: Int) -> Int { rate / 100 }
    /// The least and the most frames by which sound is made shorter or longer: a period of the voices of men and children.
    private static func lags(_ rate: Int) -> ClosedRange<Int> { rate / 200...rate / 50 }

    /// Frames that must be there.
    static func reach(rate: Int) -> Int { fade(rate) + lags(rate).upperBound }

    /// Leaves some frames out, and returns how many.
    static func shorten(_ queue: inout FrameQueue, rate: Int) -> Int {
        let (lag, count, channels) = (bestLag(queue, rate: rate), fade(rate), queue.channels)
        var joint = [Float](repeating: 0, count: count * channels)
        for index in joint.indices {
            let weight = Float(index / channels) / Float(count)
            joint[index] = queue[index] * (1 - weight) + queue[lag * channels + index] * weight
        }
        queue.drop(lag + count)
        queue.prepend(joint)
        return lag
    }

    /// Repeats some frames, and returns how many.
    static func lengthen(_ queue: inout FrameQueue, rate: Int) -> Int {
        let (lag, count, channels) = (bestLag(queue, rate: rate), fade(rate), queue.channels)
        var joint = (0..<lag * channels).map { queue[$0] }
        for index in 0..<count * channels {
            let weight = Float(index / channels) / Float(count)
            joint.append(queue[lag * channels + index] * (1 - weight) + queue[index] * weight)
        }
        queue.drop(count)
        queue.prepend(joint)
        return lag
    }

    /// The distance at which the sound is most like its beginning, looked for in steps of four frames.
    private static func bestLag(_ queue: FrameQueue, rate: Int) -> Int {
        let (count, channels) = (fade(rate), queue.channels)
        var best = (lag: lags(rate).upperBound, likeness: -Float.infinity)
        for lag in stride(from: lags(rate).lowerBound, through: lags(rate).upperBound, by: 4) {
            var (product, power): (Float, Float) = (0, 1e-9)
            for frame in stride(from: 0, to: count, by: 4) {
                let (one, other) = (queue[frame * channels], queue[(frame + lag) * channels])
                product += one * other
                power += other * other
            }
            let likeness = product / power.squareRoot()
            if likeness > best.likeness { best = (lag, likeness) }
        }
        return best.lag
    }
}
