internal import CMPG123
internal import Glibc

/// Turns an MP3 file into interleaved 32-bit float samples, a chunk at a time.
///
/// The samples, their number included, are those that `mpg123 -e f32 -w` writes: native rate and channels, and without
/// the encoder's delay and padding where the file states them (gapless). A file whose rate or channels change midway is
/// converted to those of its first frame.
///
/// Owns one `mpg123_handle` and one file descriptor: made by `init`, freed by `deinit`, never shared. All calls block
/// on the file, so keep them off the cooperative pool. Memory does not depend on what the file announces: tags are
/// skipped, not stored.
@safe
public struct MP3Decoder: ~Copyable {
    /// How far the decoder looks for the next frame after it lost the stream, in bytes.
    static let resyncLimit = 65_536

    private let handle: OpaquePointer
    private let descriptor: CInt
    private var failure: MP3DecodingError?

    /// The rate and channels of every sample that ``read(into:)`` gives.
    public let format: MP3Format

    /// The bit rate of the first frame in kbit/s, or the mean where the file states one; 0 for free format.
    public let bitrate: Int

    /// Whether the file says of itself that its bit rate varies. Files without a Xing tag never say so.
    public let isVariableBitrate: Bool

    /// Opens the regular file at `path` and finds its first frame.
    ///
    /// - Throws: ``MP3DecodingError`` naming the step that failed; `.format` means that the file is no MPEG audio.
    public init(path: String) throws(MP3DecodingError) {
        let descriptor = try Self.open(path)
        let handle: OpaquePointer
        do throws(MP3DecodingError) {
            let flags = MPG123_QUIET.rawValue | MPG123_GAPLESS.rawValue | MPG123_SKIP_ID3V2.rawValue
            unsafe handle = try Self.makeHandle(flags: flags)
        } catch {
            close(descriptor)
            throw error
        }
        let format: MP3Format
        var info = mpg123_frameinfo2()
        do throws(MP3DecodingError) {
            try Self.refuseOtherKinds(descriptor)
            let opened = unsafe mpg123_open_fd(handle, descriptor)
            guard opened == MPG123_OK.rawValue else {
                throw unsafe MP3DecodingError(.open, handle: handle, status: opened)
            }
            format = try unsafe Self.fixFormat(of: handle)
            let known = unsafe mpg123_info2(handle, &info)
            guard known == MPG123_OK.rawValue else {
                throw unsafe MP3DecodingError(.format, handle: handle, status: known)
            }
            guard info.layer == 3 else {
                throw MP3DecodingError(.format, status: 0, reason: "MPEG audio of layer \(info.layer)")
            }
        } catch {
            unsafe mpg123_delete(handle)
            close(descriptor)
            throw error
        }
        unsafe self.handle = handle
        self.descriptor = descriptor
        self.format = format
        bitrate = Int(info.abr_rate > 0 ? info.abr_rate : info.bitrate)
        isVariableBitrate = info.vbr != CInt(MPG123_CBR.rawValue)
    }

    /// Any noise holds something that looks like a frame: what shows itself to be another kind of file is not searched for one.
    private static func refuseOtherKinds(_ descriptor: CInt) throws(MP3DecodingError) {
        var head = [UInt8](repeating: 0, count: 16)
        let count = unsafe pread(descriptor, &head, head.count, 0)
        if let kind = FileSignature.name(of: Array(head.prefix(max(0, count)))) {
            throw MP3DecodingError(.format, status: 0, reason: "this is \(kind), not an MP3 file")
        }
    }

    deinit {
        unsafe mpg123_close(handle)
        unsafe mpg123_delete(handle)
        close(descriptor)
    }

    /// Length in frames, or nil where it cannot be told.
    ///
    /// Before ``scan()`` it is what the file states of itself, or a guess from its size: never allocate by it.
    public var frames: Int? {
        let length = unsafe mpg123_length(handle)
        return length < 0 ? nil : Int(length)
    }

    /// The frame that the next ``read(into:)`` begins with.
    public var position: Int {
        max(0, unsafe Int(mpg123_tell(handle)))
    }

    /// Reads the header of every frame, so that ``frames`` is exact. Keeps the position.
    ///
    /// - Throws: ``MP3DecodingError`` where the file cannot be read to its end.
    public mutating func scan() throws(MP3DecodingError) {
        let status = unsafe mpg123_scan(handle)
        guard status == MPG123_OK.rawValue else {
            throw unsafe MP3DecodingError(.scan, handle: handle, status: status)
        }
    }

    /// Decodes into `samples` as many whole frames as fit, interleaved, and returns how many: 0 at the end.
    ///
    /// Fewer than fit do not mean the end.
    /// - Throws: ``MP3DecodingError`` where the stream cannot be followed any more; what was decoded before is given
    ///   first.
    public mutating func read(into samples: inout MutableSpan<Float>) throws(MP3DecodingError) -> Int {
        if let failure { throw failure }
        let width = format.channels * MemoryLayout<Float>.stride
        let capacity = samples.count / format.channels * width
        precondition(capacity > 0, "room for one frame at least")
        while true {
            var bytes = 0
            let status = unsafe samples.withUnsafeMutableBufferPointer { buffer in
                unsafe mpg123_read(handle, buffer.baseAddress, capacity, &bytes)
            }
            switch status {
            case MPG123_OK.rawValue where bytes == 0:
                continue
            case MPG123_OK.rawValue, MPG123_DONE.rawValue, MPG123_NEED_MORE.rawValue:
                return bytes / width
            case MPG123_NEW_FORMAT.rawValue:
                try checkFormat()
                if bytes > 0 { return bytes / width }
            default:
                let error = unsafe MP3DecodingError(.read, handle: handle, status: status)
                failure = error
                guard bytes >= width else { throw error }
                return bytes / width
            }
        }
    }

    /// Goes to `frame`, counted as ``position`` counts, to the sample; one at the end or after it reads as the end.
    ///
    /// - Throws: ``MP3DecodingError`` where the file cannot be read up to there.
    public mutating func seek(toFrame frame: Int) throws(MP3DecodingError) {
        precondition(frame >= 0, "no frame before the first")
        let reached = unsafe mpg123_seek(handle, off_t(frame), SEEK_SET)
        guard reached >= 0 else {
            throw unsafe MP3DecodingError(.seek, handle: handle, status: CInt(clamping: reached))
        }
        failure = nil
    }

    // MARK: - Frame by frame, for inspection

    /// Size of the file in bytes.
    var fileSize: Int {
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else { return 0 }
        return Int(information.st_size)
    }

    /// Decodes the next frame of the stream, shows where it is and its samples to `body`, and returns whether there was
    /// one.
    ///
    /// The samples are few or none where gapless playing leaves them out.
    mutating func decodeFrame(_ body: (MPEGFrame, Span<Float>) throws -> Void) throws -> Bool {
        var number: off_t = 0
        var bytes = 0
        var audio: UnsafeMutablePointer<UInt8>?
        while true {
            let status = unsafe mpg123_decode_frame(handle, &number, &audio, &bytes)
            switch status {
            case MPG123_OK.rawValue:
                break
            case MPG123_NEW_FORMAT.rawValue:
                try checkFormat()
                continue
            case MPG123_DONE.rawValue, MPG123_NEED_MORE.rawValue:
                return false
            default:
                throw unsafe MP3DecodingError(.read, handle: handle, status: status)
            }
            let frame = try currentFrame()
            let count = bytes / MemoryLayout<Float>.stride
            guard let start = unsafe audio, count > 0 else {
                try body(frame, Span())
                return true
            }
            try unsafe UnsafeRawPointer(start).withMemoryRebound(to: Float.self, capacity: count) { samples in
                try body(frame, unsafe Span(_unsafeStart: samples, count: count))
            }
            return true
        }
    }

    private func currentFrame() throws(MP3DecodingError) -> MPEGFrame {
        var info = mpg123_frameinfo2()
        let status = unsafe mpg123_info2(handle, &info)
        guard status == MPG123_OK.rawValue else {
            throw unsafe MP3DecodingError(.read, handle: handle, status: status)
        }
        let offset = unsafe Int(mpg123_framepos(handle))
        let header = bytes(at: offset, count: 4).reduce(0) { $0 << 8 | UInt32($1) }
        return MPEGFrame(header: header, offset: offset, size: Int(info.framesize))
    }

    /// Reads the bytes of the file from `offset` on, `count` of them or fewer.
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        guard count > 0, offset >= 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let read = unsafe pread(descriptor, &bytes, count, off_t(offset))
        return Array(bytes.prefix(max(0, read)))
    }

    // MARK: - Setting up

    private static func open(_ path: String) throws(MP3DecodingError) -> CInt {
        // Non-blocking, so that a named pipe without a writer cannot hold the caller.
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw MP3DecodingError(.open, errno: errno) }
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else {
            let code = errno
            close(descriptor)
            throw MP3DecodingError(.open, errno: code)
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw MP3DecodingError(.open, status: EINVAL, reason: "not a regular file")
        }
        return descriptor
    }

    /// A handle that gives float samples of the native rate and channels. The caller deletes it.
    static func makeHandle(flags: mpg123_param_flags.RawValue) throws(MP3DecodingError) -> OpaquePointer {
        var status: CInt = 0
        guard let handle = unsafe mpg123_new(nil, &status) else {
            throw MP3DecodingError(.setup, status: status)
        }
        unsafe status = mpg123_param2(handle, CInt(MPG123_ADD_FLAGS.rawValue), CLong(flags), 0)
        if status == MPG123_OK.rawValue {
            unsafe status = mpg123_param2(handle, CInt(MPG123_RESYNC_LIMIT.rawValue), resyncLimit, 0)
        }
        if status == MPG123_OK.rawValue {
            unsafe status = mpg123_format_none(handle)
        }
        if status == MPG123_OK.rawValue {
            let channels = CInt(MPG123_MONO.rawValue | MPG123_STEREO.rawValue)
            unsafe status = mpg123_format2(handle, 0, channels, CInt(MPG123_ENC_FLOAT_32.rawValue))
        }
        guard status == MPG123_OK.rawValue else {
            let error = unsafe MP3DecodingError(.setup, handle: handle, status: status)
            unsafe mpg123_delete(handle)
            throw error
        }
        return unsafe handle
    }

    /// Finds the format of the first frame and admits no other from then on.
    private static func fixFormat(of handle: OpaquePointer) throws(MP3DecodingError) -> MP3Format {
        var rate: CLong = 0
        var channels: CInt = 0
        var encoding: CInt = 0
        var status = unsafe mpg123_getformat(handle, &rate, &channels, &encoding)
        if status == MPG123_OK.rawValue {
            unsafe status = mpg123_format_none(handle)
        }
        if status == MPG123_OK.rawValue {
            unsafe status = mpg123_format2(handle, rate, channels, CInt(MPG123_ENC_FLOAT_32.rawValue))
        }
        guard status == MPG123_OK.rawValue else {
            throw unsafe MP3DecodingError(.format, handle: handle, status: status)
        }
        guard rate > 0, channels == 1 || channels == 2, encoding == CInt(MPG123_ENC_FLOAT_32.rawValue) else {
            throw MP3DecodingError(
                .format, status: MPG123_ERR.rawValue, reason: "no frame that can be decoded to float")
        }
        return MP3Format(sampleRate: rate, channels: Int(channels))
    }

    private func checkFormat() throws(MP3DecodingError) {
        var rate: CLong = 0
        var channels: CInt = 0
        var encoding: CInt = 0
        let status = unsafe mpg123_getformat(handle, &rate, &channels, &encoding)
        guard status == MPG123_OK.rawValue else {
            throw unsafe MP3DecodingError(.read, handle: handle, status: status)
        }
        guard MP3Format(sampleRate: rate, channels: Int(channels)) == format else {
            throw MP3DecodingError(
                .read, status: MPG123_NEW_FORMAT.rawValue,
                reason: "the format changes to \(rate) Hz and \(channels) channels midway")
        }
    }
}
