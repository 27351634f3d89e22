import MP3Decoding
import Rendering
import Resampling

/// The files of one voice as one stream of frames at the device's rate.
struct DeckFeed: ~Copyable {
    /// A voice that has nothing to play.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let chunk = 4608

    /// Channels of the stream: 2 as soon as one file has 2.
    let channels: Int
    /// Frames of the whole voice, as the files announce them.
    let framesDue: Int64
    private let segments: [PlayoutSegment]
    private let rate: Int
    private var skip: Double
    private var opened = 0
    private var decoder: MP3Decoder?
    private var resampler: Resampler?
    private var format: MP3Format
    private var gain: Float = 1
    /// Which buffer holds the frames that `next` has prepared.
    private enum Stage {
        case input, output, wide
    }
    private var stage = Stage.input
    private var input: [Float] = []
    private var inputFrames = 0
    private var consumed = 0
    private var isDrained = false
    private var output: [Float] = []
    private var wide: [Float] = []

    /// Opens the files once to see what they are.
    init(segments: [PlayoutSegment], rate: Int, offset: Double) throws {
        guard !segments.isEmpty else { throw Failure(description: "the voice has no audio") }
        var channels = 1
        var due = 0.0
        var first: MP3Format?
        for segment in segments {
            let decoder = try MP3Decoder(path: segment.path)
            let format = decoder.format
            channels = max(channels, format.channels)
            due += (Double(decoder.frames ?? 0) * Double(rate) / Double(format.sampleRate)).rounded()
            if first == nil { first = format }
        }
        guard let first else { throw Failure(description: "the voice has no audio") }
        self.channels = channels
        framesDue = Int64(max(due, 0))
        self.segments = segments
        self.rate = rate
        skip = offset
        format = first
    }

    /// Prepares the next frames of the stream. Returns how many, or nil at the end.
    mutating func next() throws -> Int? {
        while true {
            if decoder == nil {
                guard try openNext() else { return nil }
            }
            let frames = resampler == nil ? try decodePlain() : try decodeResampled()
            if frames > 0 { return frames }
            decoder = nil
            resampler = nil
        }
    }

    /// Writes a part of what `next` prepared.
    func write(from first: Int, frames: Int, to ring: FrameRing) {
        let samples = first * channels..<(first + frames) * channels
        switch stage {
        case .input: ring.write(input.span.extracting(samples), channels: channels, gain: gain)
        case .output: ring.write(output.span.extracting(samples), channels: channels, gain: gain)
        case .wide: ring.write(wide.span.extracting(samples), channels: channels, gain: gain)
        }
    }

    // MARK: - One file

    private mutating func openNext() throws -> Bool {
        while opened < segments.count {
            let segment = segments[opened]
            opened += 1
            var fresh = try MP3Decoder(path: segment.path)
            format = fresh.format
            gain = Float(Decibels.factor(segment.gain))
            if skip > 0 {
                let frames = Int((skip * Double(format.sampleRate)).rounded())
                if let length = fresh.frames, frames >= length {
                    skip -= Double(length) / Double(format.sampleRate)
                    continue
                }
                try fresh.seek(toFrame: frames)
                skip = 0
            }
            decoder = consume fresh
            inputFrames = 0
            consumed = 0
            isDrained = false
            input = [Float](repeating: 0, count: Self.chunk * format.channels)
            if format.sampleRate != rate {
                resampler = try Resampler(from: format.sampleRate, to: rate, channels: format.channels)
                let frames = Self.chunk * rate / format.sampleRate + 64
                output = [Float](repeating: 0, count: frames * format.channels)
            }
            return true
        }
        return false
    }

    private mutating func read() throws -> Int {
        // A local owner: the compiler takes a span of `input` for an access to all of `self`.
        var samples: [Float] = []
        swap(&samples, &input)
        defer { swap(&samples, &input) }
        var span = samples.mutableSpan
        return try decoder?.read(into: &span) ?? 0
    }

    private mutating func decodePlain() throws -> Int {
        let frames = try read()
        stage = .input
        if format.channels < channels { widen(frames) }
        return frames
    }

    private mutating func decodeResampled() throws -> Int {
        var produced = 0
        while produced == 0 {
            if consumed == inputFrames, !isDrained {
                inputFrames = try read()
                consumed = 0
                if inputFrames == 0 { isDrained = true }
            }
            var samples: [Float] = []
            swap(&samples, &output)
            defer { swap(&samples, &output) }
            var span = samples.mutableSpan
            if isDrained {
                produced = try resampler?.flush(into: &span) ?? 0
                if produced == 0 { return 0 }
            } else {
                let width = format.channels
                let decoded = input
                let source = decoded.span.extracting(consumed * width..<inputFrames * width)
                guard let progress = try resampler?.process(source, into: &span) else { return 0 }
                consumed += progress.consumed
                produced = progress.produced
            }
        }
        stage = .output
        if format.channels < channels { widen(produced) }
        return produced
    }

    /// Gives both channels of a stereo voice the samples of a mono file.
    private mutating func widen(_ frames: Int) {
        if wide.count < frames * 2 { wide = [Float](repeating: 0, count: frames * 2) }
        var frame = 0
        while frame < frames {
            let sample = stage == .input ? input[frame] : output[frame]
            wide[frame * 2] = sample
            wide[frame * 2 + 1] = sample
            frame += 1
        }
        stage = .wide
    }
}
