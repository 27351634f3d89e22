import MP3Decoding
import Resampling

/// Brings decoded frames to the rate and the number of channels of a voice.
struct FrameConverter: ~Copyable {
    private let source: MP3Format
    private let channels: Int
    private var resampler: Resampler?
    private var output: [Float] = []

    /// A converter of frames like `source`, to `channels` (2, or the source's own) at `rate`.
    init(from source: MP3Format, rate: Int, channels: Int) throws {
        precondition(source.channels <= channels, "frames are made wider, never narrower")
        self.source = source
        self.channels = channels
        guard source.sampleRate != rate else { return }
        resampler = try Resampler(from: source.sampleRate, to: rate, channels: source.channels)
        output = [Float](repeating: 0, count: 2_048 * source.channels)
    }

    /// Appends what comes out of `input` to `queue`.
    mutating func convert(_ input: Span<Float>, to queue: inout FrameQueue) throws {
        guard resampler != nil else {
            append(input, to: &queue)
            return
        }
        var consumed = 0
        while consumed < input.count {
            let rest = input.extracting(consumed..<input.count)
            var target: [Float] = []
            swap(&target, &output)
            defer { swap(&target, &output) }
            var span = target.mutableSpan
            guard let progress = try resampler?.process(rest, into: &span) else { return }
            consumed += progress.consumed * source.channels
            append(target.span.extracting(0..<progress.produced * source.channels), to: &queue)
            if progress.consumed == 0, progress.produced == 0 { return }
        }
    }

    /// Appends what the converter still holds after the last input. Nothing can be converted after this.
    mutating func finish(to queue: inout FrameQueue) throws {
        guard resampler != nil else { return }
        while true {
            var target: [Float] = []
            swap(&target, &output)
            defer { swap(&target, &output) }
            var span = target.mutableSpan
            let produced = try resampler?.flush(into: &span) ?? 0
            if produced == 0 { return }
            append(target.span.extracting(0..<produced * source.channels), to: &queue)
        }
    }

    private func append(_ samples: Span<Float>, to queue: inout FrameQueue) {
        if source.channels < channels { queue.appendWidened(samples) } else { queue.append(samples) }
    }
}
