import CALSA
import Glibc

/// A microphone: a capture device of ALSA, heard in one channel.
///
/// Owns one `snd_pcm_t`: opened by `init`, closed by `deinit`, used by one thread.
@safe
public struct PCMCapture: ~Copyable {
    private let handle: OpaquePointer
    /// Frames in a second.
    public let rate: Int
    private let channels: Int
    private var samples: [Int16]

    /// Opens the device `name` for capture in 16 bits, at 48 kHz or else at the highest usual rate that it knows.
    ///
    /// - Throws: `PCMError`, with `isLoss` when there is no such device now.
    public init(name: String) throws(PCMError) {
        var opened: OpaquePointer?
        var status = unsafe snd_pcm_open(&opened, name, SND_PCM_STREAM_CAPTURE, SND_PCM_NONBLOCK)
        guard status >= 0, let handle = unsafe opened else { throw PCMError("listen on \(name)", status: status) }
        for rate in [48_000, 44_100, 96_000, 32_000, 22_050, 16_000] {
            for channels in [1, 2] {
                status = unsafe snd_pcm_set_params(
                    handle, SND_PCM_FORMAT_S16_LE, SND_PCM_ACCESS_RW_INTERLEAVED, UInt32(channels), UInt32(rate), 0,
                    500_000)
                guard status >= 0 else { continue }
                unsafe self.handle = handle
                self.rate = rate
                self.channels = channels
                samples = [Int16](repeating: 0, count: rate / 10 * channels)
                return
            }
        }
        unsafe snd_pcm_close(handle)
        throw PCMError("listen on \(name) in 16 bits, mono or stereo", status: status)
    }

    deinit { unsafe snd_pcm_close(handle) }

    /// Begins to listen.
    public func start() throws(PCMError) {
        let status = unsafe snd_pcm_start(handle)
        guard status >= 0 else { throw PCMError("start to listen", status: status) }
    }

    /// Waits up to `patience` milliseconds for sound and appends it: of several channels the mean, 1 being full scale.
    ///
    /// - Returns: the instant in nanoseconds of `CLOCK_MONOTONIC` at which the last of it arrived; nil when nothing came.
    /// - Throws: `PCMError`, with `isUnderrun` when it was not read in time and some is missing.
    public mutating func read(into sound: inout [Float], patience: CInt) throws(PCMError) -> Int64? {
        let ready = unsafe snd_pcm_wait(handle, patience)
        guard ready >= 0 else { throw PCMError("wait for sound", status: ready) }
        let frames = unsafe samples.withUnsafeMutableBufferPointer { buffer in
            unsafe snd_pcm_readi(handle, buffer.baseAddress, snd_pcm_uframes_t(buffer.count / channels))
        }
        if frames == 0 || frames == -Int(EAGAIN) { return nil }
        guard frames > 0 else { throw PCMError("listen", status: CInt(frames)) }
        var delay: snd_pcm_sframes_t = 0
        unsafe snd_pcm_delay(handle, &delay)
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        for frame in 0..<frames {
            var sum = 0
            for channel in 0..<channels { sum += Int(samples[frame * channels + channel]) }
            sound.append(Float(sum) / Float(channels * 32_768))
        }
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - Int64(max(0, delay)) * 1_000_000_000
            / Int64(rate)
    }
}
