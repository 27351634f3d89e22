public import CALSA
import Glibc

/// A playback device of ALSA.
///
/// Owns one `snd_pcm_t`: opened and negotiated by `init`, closed by `deinit`, used by one thread. No call waits: the device
/// is in non-blocking mode, and its owner polls `descriptors`.
@safe
public struct PCMDevice: ~Copyable {
    /// Where the device is.
    public struct Position: Sendable, BitwiseCopyable {
        /// Frames that can be written.
        public var room: Int
        /// Frames that were written and have not been heard.
        public var delay: Int
    }

    private let handle: OpaquePointer
    /// What the device agreed to.
    public let parameters: PCMParameters

    /// Opens the device `name` and agrees on how to play.
    ///
    /// - Throws: `PCMError`, with `isLoss` when there is no such device now.
    public init(name: String, wish: PCMWish) throws(PCMError) {
        var opened: OpaquePointer?
        let status = unsafe snd_pcm_open(&opened, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK)
        guard status >= 0, let handle = unsafe opened else { throw PCMError("open \(name)", status: status) }
        do throws(PCMError) {
            var agreed = unsafe try Self.negotiate(handle, wish: wish, duration: wish.bufferDuration)
            agreed.canRewind = unsafe try Self.probeRewind(handle, agreed)
            if !agreed.canRewind {
                unsafe snd_pcm_hw_free(handle)
                agreed = unsafe try Self.negotiate(handle, wish: wish, duration: wish.shortBufferDuration)
            }
            parameters = agreed
        } catch {
            unsafe snd_pcm_close(handle)
            throw error
        }
        unsafe self.handle = handle
    }

    deinit {
        unsafe snd_pcm_drop(handle)
        unsafe snd_pcm_close(handle)
    }

    // MARK: - Playing

    /// Where the device is now, asked from the hardware.
    ///
    /// - Throws: `PCMError` with the state that the device is in when it is not playing or prepared.
    public func position() throws(PCMError) -> Position {
        var room: snd_pcm_sframes_t = 0
        var delay: snd_pcm_sframes_t = 0
        let status = unsafe snd_pcm_avail_delay(handle, &room, &delay)
        guard status >= 0 else { throw PCMError("ask the device where it is", status: status) }
        return Position(room: Int(room), delay: Int(delay))
    }

    /// Writes `frames` interleaved frames; fewer when there is no room. Returns how many.
    public func write(_ samples: UnsafeRawPointer, frames: Int) throws(PCMError) -> Int {
        let written = unsafe snd_pcm_writei(handle, samples, snd_pcm_uframes_t(frames))
        if written == -Int(EAGAIN) { return 0 }
        guard written >= 0 else { throw PCMError("write to the device", status: CInt(written)) }
        return Int(written)
    }

    /// Takes back up to `frames` of the newest frames. Returns how many; 0 when the device cannot.
    public func rewind(_ frames: Int) -> Int {
        guard frames > 0 else { return 0 }
        let possible = unsafe snd_pcm_rewindable(handle)
        guard possible > 0 else { return 0 }
        let taken = unsafe snd_pcm_rewind(handle, snd_pcm_uframes_t(min(frames, Int(possible))))
        return max(0, Int(taken))
    }

    /// Begins to play what has been written.
    public func start() throws(PCMError) {
        let status = unsafe snd_pcm_start(handle)
        guard status >= 0 else { throw PCMError("start the device", status: status) }
    }

    /// Whether the device plays now.
    public var isRunning: Bool { unsafe snd_pcm_state(handle) == SND_PCM_STATE_RUNNING }

    /// Whether the device is still there, as far as ALSA knows without playing.
    public var isPresent: Bool { unsafe snd_pcm_state(handle) != SND_PCM_STATE_DISCONNECTED }

    /// Stops at once and forgets what has not been played; ready to begin again, and silent until then.
    public func reset() throws(PCMError) {
        unsafe snd_pcm_drop(handle)
        let status = unsafe snd_pcm_prepare(handle)
        guard status >= 0 else { throw PCMError("prepare the device", status: status) }
    }

    /// Brings the device back after it ran dry or the machine was suspended: prepared, empty.
    ///
    /// - Throws: `error` itself when it was neither, or what went wrong.
    public func recover(from error: PCMError) throws(PCMError) {
        guard error.isUnderrun || error.isSuspension else { throw error }
        let status = unsafe snd_pcm_prepare(handle)
        guard status >= 0 else { throw PCMError("prepare the device", status: status) }
    }

    // MARK: - Waiting

    /// How many descriptors `poll` needs for this device.
    public var descriptorCount: Int { Int(max(0, unsafe snd_pcm_poll_descriptors_count(handle))) }

    /// Fills in what `poll` has to look at. Returns how many descriptors there are.
    public func fill(_ descriptors: UnsafeMutablePointer<pollfd>, count: Int) -> Int {
        Int(max(0, unsafe snd_pcm_poll_descriptors(handle, descriptors, UInt32(count))))
    }

    /// What `poll` found, as `POLLOUT` and `POLLERR` of the device.
    public func events(in descriptors: UnsafeMutablePointer<pollfd>, count: Int) -> CInt {
        var events: UInt16 = 0
        let status = unsafe snd_pcm_poll_descriptors_revents(handle, descriptors, UInt32(count), &events)
        return status < 0 ? CInt(POLLERR) : CInt(events)
    }
}
