import MP3Decoding

/// The frames of an MP3 file.
final class FileSource: FrameSource {
    private static let chunk = 2_304

    let gain: Double
    private var decoder: MP3Decoder
    private var converter: FrameConverter
    private let channels: Int
    private var input: [Float]
    private var queue: FrameQueue
    private var isDrained = false

    /// What a file says of itself.
    struct Measure {
        /// Its frames at the rate that was asked for.
        var frames: Int64
        var channels: Int
    }

    /// Looks at the file at `path`.
    static func measure(_ path: String, rate: Int) throws -> Measure {
        let decoder = try MP3Decoder(path: path)
        let frames = Double(max(0, decoder.frames ?? 0)) * Double(rate) / Double(decoder.format.sampleRate)
        return Measure(frames: Int64(frames.rounded()), channels: decoder.format.channels)
    }

    /// Opens the file at `path`, and goes to `skip` seconds after its beginning.
    init(path: String, gain: Double, rate: Int, channels: Int, skip: Double = 0) throws {
        self.gain = gain
        self.channels = channels
        var fresh = try MP3Decoder(path: path)
        if skip > 0 { try fresh.seek(toFrame: Int((skip * Double(fresh.format.sampleRate)).rounded())) }
        converter = try FrameConverter(from: fresh.format, rate: rate, channels: channels)
        input = [Float](repeating: 0, count: Self.chunk * fresh.format.channels)
        queue = FrameQueue(channels: channels)
        decoder = consume fresh
    }

    func read(into samples: inout MutableSpan<Float>) throws -> Int {
        while queue.frames == 0, !isDrained {
            var chunk: [Float] = []
            swap(&chunk, &input)
            defer { swap(&chunk, &input) }
            var span = chunk.mutableSpan
            let frames = try decoder.read(into: &span)
            if frames == 0 {
                isDrained = true
                try converter.finish(to: &queue)
            } else {
                try converter.convert(chunk.span.extracting(0..<frames * decoder.format.channels), to: &queue)
            }
        }
        let frames = min(queue.frames, samples.count / channels)
        queue.take(frames, into: &samples)
        return frames
    }
}
