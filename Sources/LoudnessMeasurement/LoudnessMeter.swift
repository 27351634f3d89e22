internal import CEBUR128
internal import Glibc

/// Measures the integrated loudness and the true peak of a recording that is shown to it chunk by chunk.
///
/// Memory stays the same however long the recording: loudness is kept as a histogram of 0.1 LU steps.
/// Owns one `ebur128_state`: made by `init`, freed by `deinit`, never shared.
@safe
public struct LoudnessMeter: ~Copyable {
    private let state: UnsafeMutablePointer<ebur128_state>

    /// Samples per frame.
    public let channels: Int

    /// A meter for frames of `channels` samples: one is mono, two are left and right.
    ///
    /// A mono recording is measured as it sounds, on both of a pair (`dualmono` of ffmpeg): 3 LU above one channel alone. So a
    /// file is as loud on a loudspeaker whether it was saved in mono or in stereo.
    /// - Throws: ``LoudnessMeasurementError`` for rates and channels that libebur128 does not take.
    public init(sampleRate: Int, channels: Int) throws(LoudnessMeasurementError) {
        let mode = EBUR128_MODE_I.rawValue | EBUR128_MODE_TRUE_PEAK.rawValue | EBUR128_MODE_HISTOGRAM.rawValue
        guard (16...2_822_400).contains(sampleRate), (1...64).contains(channels),
            let state = unsafe ebur128_init(CUnsignedInt(channels), CUnsignedLong(sampleRate), CInt(mode))
        else {
            throw LoudnessMeasurementError(step: .setup, status: CInt(EBUR128_ERROR_NOMEM.rawValue))
        }
        if channels == 1 { unsafe ebur128_set_channel(state, 0, CInt(EBUR128_DUAL_MONO.rawValue)) }
        unsafe self.state = state
        self.channels = channels
    }

    deinit {
        var state: UnsafeMutablePointer<ebur128_state>? = unsafe self.state
        unsafe ebur128_destroy(&state)
    }

    /// Adds interleaved samples, whole frames of them.
    ///
    /// - Throws: ``LoudnessMeasurementError`` where libebur128 runs out of memory.
    public mutating func add(_ samples: Span<Float>) throws(LoudnessMeasurementError) {
        precondition(samples.count.isMultiple(of: channels), "whole frames only")
        let frames = samples.count / channels
        let status = unsafe samples.withUnsafeBufferPointer { buffer -> CInt in
            guard let start = buffer.baseAddress else { return CInt(EBUR128_SUCCESS.rawValue) }
            return unsafe ebur128_add_frames_float(state, start, frames)
        }
        try check(status, .add)
    }

    /// The loudness and the peak of all that was added so far.
    ///
    /// - Throws: ``LoudnessMeasurementError`` where libebur128 cannot compute it.
    public func measure() throws(LoudnessMeasurementError) -> Loudness {
        var integrated = 0.0
        try check(unsafe ebur128_loudness_global(state, &integrated), .measure)
        var highest = 0.0
        for channel in 0..<CUnsignedInt(channels) {
            var peak = 0.0
            try check(unsafe ebur128_true_peak(state, channel, &peak), .measure)
            highest = max(highest, peak)
        }
        return Loudness(
            integrated: integrated.isFinite ? integrated : nil, truePeak: highest > 0 ? 20 * log10(highest) : nil)
    }

    private func check(_ status: CInt, _ step: LoudnessMeasurementError.Step) throws(LoudnessMeasurementError) {
        guard status == CInt(EBUR128_SUCCESS.rawValue) else {
            throw LoudnessMeasurementError(step: step, status: status)
        }
    }
}
