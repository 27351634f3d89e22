internal import Glibc

/// What a whole MP3 file proved to be when all of it was decoded.
///
/// Playing is lenient: a decoder skips what it cannot follow. Taking a file for broadcasting is not, since a defect
/// found now can still be mended by the person who sent it.
public struct MP3Inspection: Sendable, Hashable {
    /// Rate and channels of the sound.
    public let format: MP3Format

    /// Frames of sound, counted by decoding them all: what a player will hear.
    public let frames: Int

    /// Size of the file.
    public let bytes: Int

    /// Whether frames of different bit rates were found.
    public let isVariableBitrate: Bool

    /// Length of the sound in seconds.
    public var duration: Double { Double(frames) / Double(format.sampleRate) }

    /// Size over duration, in kbit/s, tags included.
    public var meanBitrate: Int { Int((Double(bytes) * 8 / duration / 1000).rounded()) }

    /// Decodes the file at `path` from its first byte to its last, and shows every sample to `consume`, in order and
    /// interleaved, so that loudness can be measured in the same pass.
    ///
    /// Blocks, though decoding runs some hundreds of times faster than the sound plays. What `consume` was shown is
    /// void when this throws.
    /// - Throws: ``MP3Defect``, or what `consume` throws: throw there to stop early.
    public init(path: String, consume: (Span<Float>, MP3Format) throws -> Void) throws {
        var decoder = try Self.open(path)
        let format = decoder.format
        var stream = MP3Stream(bytes: decoder.fileSize)
        var frames = 0
        var failure: MP3DecodingError?
        do {
            while try decoder.decodeFrame({ frame, samples in
                stream.add(frame)
                // Not worth the rest of the file, and libmpg123 writes to stderr for each broken frame of layer II.
                if stream.frames == 1, frame.layer != 3 { throw MP3Defect.notLayer3(frame) }
                guard !samples.isEmpty else { return }
                frames += samples.count / format.channels
                try consume(samples, format)
            }) {}
        } catch let error as MP3DecodingError {
            failure = error
        }
        if let start = stream.start {
            let reach = max(0, start - MP3Announcement.reach)
            stream.announced = MP3Announcement(before: decoder.bytes(at: reach, count: start - reach))?.frames
        }
        let tail = decoder.bytes(at: stream.end, count: min(stream.bytes - stream.end, MP3Stream.tailReach))
        if let defect = stream.defect(tail: tail, failure: failure) { throw defect }
        guard frames > 0 else { throw MP3Defect.noSound }
        self.format = format
        self.frames = frames
        bytes = stream.bytes
        isVariableBitrate = stream.isVariableBitrate
    }

    private static func open(_ path: String) throws(MP3Defect) -> MP3Decoder {
        let head = try head(of: path)
        if head.isEmpty { throw .empty }
        if let name = FileSignature.name(of: head) { throw .notMP3(what: name) }
        do throws(MP3DecodingError) {
            return try MP3Decoder(path: path)
        } catch {
            switch error.step {
            case .setup, .open: throw .unreadable(error)
            // What the decoder itself found says more than that it found nothing.
            case .format where error.status == 0: throw .notMP3(what: error.reason)
            default: throw .notMP3(what: "a file in which no MPEG audio is found")
            }
        }
    }

    private static func head(of path: String) throws(MP3Defect) -> [UInt8] {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(MP3DecodingError(.open, errno: errno)) }
        defer { close(descriptor) }
        var head = [UInt8](repeating: 0, count: 64)
        let count = unsafe read(descriptor, &head, head.count)
        guard count >= 0 else { throw .unreadable(MP3DecodingError(.open, errno: errno)) }
        return Array(head.prefix(count))
    }
}
