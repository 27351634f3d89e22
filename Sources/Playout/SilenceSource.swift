/// Silence of a stated length.
final class SilenceSource: FrameSource {
    let gain = 0.0
    private let channels: Int
    private var left: Int64

    init(frames: Int64, channels: Int) {
        left = frames
        self.channels = channels
    }

    func read(into samples: inout MutableSpan<Float>) -> Int {
        let frames = Int(min(left, Int64(samples.count / channels)))
        var index = 0
        while index < frames * channels {
            samples[index] = 0
            index += 1
        }
        left -= Int64(frames)
        return frames
    }
}
