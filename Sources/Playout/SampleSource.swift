import MP3Decoding

/// Samples of one channel that are in memory.
final class SampleSource: FrameSource {
    let gain: Double
    private let channels: Int
    private var queue: FrameQueue

    /// - Parameter skip: seconds at the beginning that are left out.
    init(_ samples: [Float], from sampleRate: Int, gain: Double, rate: Int, channels: Int, skip: Double) throws {
        self.gain = gain
        self.channels = channels
        queue = FrameQueue(channels: channels)
        let format = MP3Format(sampleRate: sampleRate, channels: 1)
        var converter = try FrameConverter(from: format, rate: rate, channels: channels)
        try converter.convert(samples.span, to: &queue)
        try converter.finish(to: &queue)
        queue.drop(min(queue.frames, Int((skip * Double(rate)).rounded())))
    }

    func read(into samples: inout MutableSpan<Float>) -> Int {
        let frames = min(queue.frames, samples.count / channels)
        queue.take(frames, into: &samples)
        return frames
    }
}
