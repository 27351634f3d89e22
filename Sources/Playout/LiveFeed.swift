import MP3Decoding
import Relaying

/// A stream as frames of sound at a voice's rate.
///
/// Where the stream breaks, or changes its rate, the last milliseconds before are faded out and the first after are faded in. The drift
/// between the station's clock and the device's is taken up a few milliseconds at a time.
final class LiveFeed {
    private let stream: any LiveStream
    private let limits: RelayLimits
    private let rate: Int
    private let channels: Int
    /// Frames of a fade.
    private let edge: Int
    private var decoder: MP3StreamDecoder
    private var converter: FrameConverter?
    private var format: MP3Format?
    private var samples = [Float](repeating: 0, count: MP3StreamDecoder.room)
    private var queue: FrameQueue
    /// Frames that are still to be faded in.
    private var rising = 0
    /// Frames that were given since the queue was last made shorter or longer.
    private var sinceSplice = 0

    init(_ stream: any LiveStream, limits: RelayLimits, rate: Int, channels: Int, edge: Int) throws {
        self.stream = stream
        self.limits = limits
        self.rate = rate
        self.channels = channels
        self.edge = edge
        decoder = try MP3StreamDecoder()
        queue = FrameQueue(channels: channels)
    }

    /// Frames that can be taken now.
    var frames: Int { queue.frames }

    /// Seconds of sound that have come and were not taken.
    var level: Double { stream.level + Double(queue.frames) / Double(rate) }

    /// Decodes until `wanted` frames can be taken, or nothing more has come.
    func fill(_ wanted: Int) throws {
        while queue.frames < wanted, let (packet, isBreak) = stream.next() {
            if isBreak { try seam() }
            try decode(packet)
        }
    }

    /// Takes `frames` frames, which must be there.
    func take(_ frames: Int, into target: inout MutableSpan<Float>) {
        queue.take(frames, into: &target)
        sinceSplice += frames
    }

    /// Makes what comes next a few milliseconds shorter or longer, if too much or too little waits, and returns by how many
    /// frames it was shortened. At most twice a second, which is 4 % at most.
    func takeUpDrift() throws -> Int {
        guard sinceSplice >= rate / 2 else { return 0 }
        let level = level
        let isLong = level > limits.driftBounds.upperBound
        guard isLong || level < limits.driftBounds.lowerBound else { return 0 }
        try fill(TimeSplice.reach(rate: rate))
        guard queue.frames >= TimeSplice.reach(rate: rate) else { return 0 }
        sinceSplice = 0
        return isLong ? TimeSplice.shorten(&queue, rate: rate) : -TimeSplice.lengthen(&queue, rate: rate)
    }

    private func decode(_ packet: MPEGPacket) throws {
        var chunk: [Float] = []
        swap(&chunk, &samples)
        defer { swap(&chunk, &samples) }
        var span = chunk.mutableSpan
        let decoded: Int
        do {
            decoded = try decoder.decode(packet.bytes.span, into: &span)
        } catch {
            // A frame that cannot be followed is left out; the next begins anew.
            try decoder.reset()
            try seam()
            return
        }
        guard decoded > 0, let shape = decoder.format else { return }
        if shape != format {
            try seam(isNewStream: false)
            converter = try FrameConverter(from: shape, rate: rate, channels: channels)
            format = shape
        }
        let before = queue.frames
        try converter?.convert(chunk.span.extracting(0..<decoded * shape.channels), to: &queue)
        fadeIn(from: before)
    }

    /// Ends the sound so far, so that other sound can follow.
    private func seam(isNewStream: Bool = true) throws {
        if isNewStream { try decoder.reset() }
        try converter?.finish(to: &queue)
        converter = nil
        format = nil
        let count = min(edge, queue.frames)
        let first = queue.frames - count
        for frame in 0..<count {
            let gain = Float(count - frame - 1) / Float(count)
            for channel in 0..<channels { queue[(first + frame) * channels + channel] *= gain }
        }
        rising = edge
    }

    private func fadeIn(from first: Int) {
        let count = min(rising, queue.frames - first)
        for frame in 0..<max(0, count) {
            let gain = Float(edge - rising + frame) / Float(edge)
            for channel in 0..<channels { queue[(first + frame) * channels + channel] *= gain }
        }
        rising -= max(0, count)
    }
}
