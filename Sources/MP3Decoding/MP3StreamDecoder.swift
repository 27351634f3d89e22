internal import CMPG123

/// Turns the frames of an MP3 stream into interleaved 32-bit float samples, as they come.
///
/// A stream may change its sample rate and channels on the way; ``format`` says what the samples of the last call are. Owns one
/// `mpg123_handle`: made by `init`, freed by `deinit`, never shared. No call blocks.
@safe
public struct MP3StreamDecoder: ~Copyable {
    /// Room in samples that ``decode(_:into:)`` needs at least: two frames of stereo, for the first comes with the second.
    public static let room = 2 * 1_152 * 2

    private let handle: OpaquePointer
    private var formatIsNew = false

    /// The shape of the samples that the last call gave; nil before the first.
    public private(set) var format: MP3Format?

    /// A decoder at the beginning of a stream.
    ///
    /// - Throws: ``MP3DecodingError`` when there is no memory.
    public init() throws(MP3DecodingError) {
        let handle = unsafe try MP3Decoder.makeHandle(flags: MPG123_QUIET.rawValue)
        let opened = unsafe mpg123_open_feed(handle)
        guard opened == MPG123_OK.rawValue else {
            let error = unsafe MP3DecodingError(.open, handle: handle, status: opened)
            unsafe mpg123_delete(handle)
            throw error
        }
        unsafe self.handle = handle
    }

    deinit {
        unsafe mpg123_close(handle)
        unsafe mpg123_delete(handle)
    }

    /// Decodes one frame into `samples`, and returns how many frames of sound came out: none while the decoder waits for the next.
    ///
    /// - Throws: ``MP3DecodingError`` where the frame cannot be followed; ``reset()`` goes on with another.
    public mutating func decode(
        _ packet: Span<UInt8>, into samples: inout MutableSpan<Float>
    ) throws(MP3DecodingError) -> Int {
        precondition(samples.count >= Self.room, "room for two frames")
        if formatIsNew { try takeFormat() }
        let capacity = samples.count * MemoryLayout<Float>.stride
        let handle = unsafe self.handle
        var given = 0
        var isFed = false
        while true {
            var bytes = 0
            let status = unsafe packet.withUnsafeBufferPointer { input in
                unsafe samples.withUnsafeMutableBufferPointer { output in
                    let target = unsafe UnsafeMutableRawPointer(output.baseAddress).map { unsafe $0 + given }
                    return unsafe mpg123_decode(
                        handle, isFed ? nil : input.baseAddress, isFed ? 0 : input.count, target, capacity - given,
                        &bytes)
                }
            }
            isFed = true
            given += bytes
            switch status {
            case MPG123_NEW_FORMAT.rawValue:
                // What was given before is still of the old one.
                if given > 0 {
                    formatIsNew = true
                    return frames(given)
                }
                try takeFormat()
            case MPG123_OK.rawValue where bytes > 0 && given < capacity:
                continue
            case MPG123_OK.rawValue, MPG123_NEED_MORE.rawValue, MPG123_DONE.rawValue:
                return frames(given)
            default:
                throw unsafe MP3DecodingError(.read, handle: handle, status: status)
            }
        }
    }

    /// Forgets the stream so far; the next frame begins another.
    ///
    /// - Throws: ``MP3DecodingError`` when there is no memory.
    public mutating func reset() throws(MP3DecodingError) {
        formatIsNew = false
        let opened = unsafe mpg123_open_feed(handle)
        guard opened == MPG123_OK.rawValue else {
            throw unsafe MP3DecodingError(.open, handle: handle, status: opened)
        }
    }

    private func frames(_ bytes: Int) -> Int {
        bytes / MemoryLayout<Float>.stride / (format?.channels ?? 1)
    }

    private mutating func takeFormat() throws(MP3DecodingError) {
        formatIsNew = false
        var rate: CLong = 0
        var channels: CInt = 0
        var encoding: CInt = 0
        let status = unsafe mpg123_getformat(handle, &rate, &channels, &encoding)
        guard status == MPG123_OK.rawValue, rate > 0, channels == 1 || channels == 2 else {
            throw unsafe MP3DecodingError(.format, handle: handle, status: status)
        }
        format = MP3Format(sampleRate: rate, channels: Int(channels))
    }
}
