internal import CSoxr

/// Converts interleaved 32-bit float samples from one sample rate to another, a chunk at a time.
///
/// Uses libsoxr's high quality (20 bits, linear phase, flat up to 0.913 of the lower Nyquist frequency) on the calling
/// thread alone. The filter's delay is compensated: the first frame out stands for the first frame in, and after
/// ``flush(into:)`` the output is as long as the input, times the ratio of the rates, within one frame.
///
/// Owns one `soxr_t`: made by `init`, freed by `deinit`, never shared.
@safe
public struct Resampler: ~Copyable {
    /// What one call took and gave, in frames.
    public struct Progress: Sendable, Hashable {
        /// Frames of the input that were taken.
        public let consumed: Int

        /// Frames that were written to the output.
        public let produced: Int
    }

    private let handle: OpaquePointer

    /// Samples per frame.
    public let channels: Int

    /// A resampler for frames of `channels` samples, from `inputRate` to `outputRate` frames per second.
    ///
    /// - Throws: ``ResamplingError`` where libsoxr does not take the rates or the channels.
    public init(from inputRate: Int, to outputRate: Int, channels: Int) throws(ResamplingError) {
        guard inputRate > 0, outputRate > 0, (1...64).contains(channels) else {
            throw ResamplingError(step: .setup, reason: "\(inputRate) Hz to \(outputRate) Hz with \(channels) channels")
        }
        var failure: soxr_error_t?
        var samples = unsafe soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
        var quality = unsafe soxr_quality_spec(CUnsignedLong(SOXR_20_BITQ), 0)
        var runtime = unsafe soxr_runtime_spec(1)
        let made = unsafe soxr_create(
            Double(inputRate), Double(outputRate), CUnsignedInt(channels), &failure, &samples, &quality, &runtime)
        guard let handle = unsafe made else {
            throw ResamplingError(step: .setup, reason: unsafe failure.map { unsafe String(cString: $0) } ?? "")
        }
        unsafe self.handle = handle
        self.channels = channels
    }

    deinit {
        unsafe soxr_delete(handle)
    }

    /// Converts as much of `input` as `output` has room for. Both are interleaved, and whole frames of them count.
    ///
    /// Call again with what was not consumed. Nothing produced is no end: the filter may be filling.
    /// - Throws: ``ResamplingError`` where libsoxr runs out of memory.
    public mutating func process(
        _ input: Span<Float>, into output: inout MutableSpan<Float>
    ) throws(ResamplingError) -> Progress {
        let available = input.count / channels
        let room = output.count / channels
        guard available > 0, room > 0 else { return Progress(consumed: 0, produced: 0) }
        var consumed = 0
        var produced = 0
        let failure = unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe soxr_process(
                    handle, source.baseAddress, available, &consumed, target.baseAddress, room, &produced)
            }
        }
        try unsafe check(failure)
        return Progress(consumed: consumed, produced: produced)
    }

    /// Writes what the filter still holds after the last input, and returns how many frames: 0 when all is out.
    ///
    /// Input is not taken any more after this, until ``clear()``.
    /// - Throws: ``ResamplingError`` where libsoxr runs out of memory.
    public mutating func flush(into output: inout MutableSpan<Float>) throws(ResamplingError) -> Int {
        let room = output.count / channels
        precondition(room > 0, "room for one frame at least")
        var produced = 0
        let failure = unsafe output.withUnsafeMutableBufferPointer { target in
            unsafe soxr_process(handle, nil, 0, nil, target.baseAddress, room, &produced)
        }
        try unsafe check(failure)
        return produced
    }

    /// Forgets the signal so far, as after a seek; the next input begins a new one.
    ///
    /// - Throws: ``ResamplingError`` where libsoxr runs out of memory.
    public mutating func clear() throws(ResamplingError) {
        try unsafe check(soxr_clear(handle))
    }

    private func check(_ failure: soxr_error_t?) throws(ResamplingError) {
        guard let failure = unsafe failure else { return }
        throw ResamplingError(step: .process, reason: unsafe String(cString: failure))
    }
}
