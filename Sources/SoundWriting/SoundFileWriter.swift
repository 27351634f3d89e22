internal import CSndfile

/// Writes interleaved samples of 16 bits to a file, a chunk at a time, in memory that does not grow with it.
///
/// Owns one `SNDFILE`: made by `init`, freed by `finish` or `deinit`, never shared.
@safe
public struct SoundFileWriter: ~Copyable {
    private var handle: OpaquePointer?
    /// Samples of a frame.
    public let channels: Int
    /// Frames written so far.
    public private(set) var frames: Int64 = 0

    /// Makes the file at `path`, in place of one that is there.
    ///
    /// - Throws: ``SoundWritingError`` where the file cannot be made, or its form has no such rate or channels.
    public init(path: String, form: SoundFileForm, rate: Int, channels: Int) throws(SoundWritingError) {
        var information = SF_INFO()
        information.samplerate = CInt(clamping: rate)
        information.channels = CInt(clamping: channels)
        let kind = form == .flac ? SF_FORMAT_FLAC : SF_FORMAT_RF64
        information.format = CInt(kind) | CInt(SF_FORMAT_PCM_16)
        let made = unsafe sf_open(path, CInt(SFM_WRITE), &information)
        guard let handle = unsafe made else {
            throw SoundWritingError(step: .open, reason: unsafe Self.words(nil))
        }
        var on = CInt(SF_TRUE)
        // A header that says RF64 only where it must: most programs read WAV, fewer RF64.
        unsafe sf_command(handle, CInt(SFC_RF64_AUTO_DOWNGRADE), &on, CInt(MemoryLayout<CInt>.size))
        // Much of a day is silence, which any level makes small; the rest is to be quick.
        var level = 0.25
        unsafe sf_command(handle, CInt(SFC_SET_COMPRESSION_LEVEL), &level, CInt(MemoryLayout<Double>.size))
        unsafe self.handle = handle
        self.channels = channels
    }

    deinit {
        if let handle = unsafe handle { unsafe sf_close(handle) }
    }

    /// Appends whole frames.
    ///
    /// - Throws: ``SoundWritingError`` where not all of them were written.
    public mutating func write(_ samples: Span<Int16>) throws(SoundWritingError) {
        let count = sf_count_t(samples.count / channels)
        guard let handle = unsafe handle else { throw SoundWritingError(step: .write, reason: "the file is finished") }
        let written = unsafe samples.withUnsafeBufferPointer { samples in
            unsafe samples.baseAddress.map { unsafe sf_writef_short(handle, $0, count) } ?? 0
        }
        frames += written
        guard written == count else { throw SoundWritingError(step: .write, reason: unsafe Self.words(handle)) }
    }

    /// Brings the file to its end. Nothing can be written after this.
    ///
    /// - Throws: ``SoundWritingError`` where its last part cannot be written.
    public mutating func finish() throws(SoundWritingError) {
        guard let handle = unsafe handle.take() else { return }
        let status = unsafe sf_close(handle)
        guard status == 0 else {
            throw SoundWritingError(step: .close, reason: unsafe String(cString: sf_error_number(status)))
        }
    }

    private static func words(_ handle: OpaquePointer?) -> String { unsafe String(cString: sf_strerror(handle)) }
}
