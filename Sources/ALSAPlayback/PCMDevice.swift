public import CALSA
import Glibc

/// A playback device of ALSA.
///
/// Owns one `snd_pcm_t`: opened and negotiated by `init`, closed by `deinit`, used by one thread. No call waits: the device
/// is in non-blocking mode, and its owner polls `descriptors`.
@safe
public struct PCMDevice: ~Copyable {
    /// Where the device is, and since when.
    public struct Position: Sendable, BitwiseCopyable {
        /// Frames that can be written.
        public var room: Int
        /// Frames that were written and had not been heard at `instant`.
        public var delay: Int
        /// When that was so, in nanoseconds of `CLOCK_MONOTONIC`, by the device's own time stamp where it has one.
        public var instant: Int64
        /// Whether the device plays.
        public var isRunning: Bool
    }

    private let handle: OpaquePointer
    private let status: OpaquePointer
    /// What the device agreed to.
    public let parameters: PCMParameters

    /// Opens the device `name` and agrees on how to play.
    ///
    /// - Throws: `PCMError`, with `isLoss` when there is no such device now.
    public init(name: String, wish: PCMWish) throws(PCMError) {
        var opened: OpaquePointer?
        let status = unsafe snd_pcm_open(&opened, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK)
        guard status >= 0, let handle = unsafe opened else { throw PCMError("open \(name)", status: status) }
        var reading: OpaquePointer?
        unsafe snd_pcm_status_malloc(&reading)
        guard let reading = unsafe reading else {
            unsafe snd_pcm_close(handle)
            throw PCMError("get memory", status: -ENOMEM)
        }
        do throws(PCMError) {
            var agreed = unsafe try Self.negotiate(handle, wish: wish, duration: wish.bufferDuration)
            if agreed.isBatch, agreed.periodFrames > agreed.rate / 100 {
                // Its position moves by whole periods, so that a short one says more.
                unsafe snd_pcm_hw_free(handle)
                agreed = unsafe try Self.negotiate(handle, wish: wish, duration: wish.bufferDuration, period: 0.01)
            }
            agreed.canRewind = unsafe try Self.probeRewind(handle, agreed)
            if !agreed.canRewind {
                unsafe snd_pcm_hw_free(handle)
                agreed = unsafe try Self.negotiate(handle, wish: wish, duration: wish.shortBufferDuration)
            }
            parameters = agreed
        } catch {
            unsafe snd_pcm_status_free(reading)
            unsafe snd_pcm_close(handle)
            throw error
        }
        unsafe self.handle = handle
        unsafe self.status = reading
    }

    deinit {
        unsafe snd_pcm_status_free(status)
        unsafe snd_pcm_drop(handle)
        unsafe snd_pcm_close(handle)
    }

    // MARK: - Playing

    /// Where the device is, asked from the hardware.
    ///
    /// - Throws: `PCMFault` with the state that the device is in when it is not playing or prepared.
    public func position() throws(PCMFault) -> Position {
        let answer = unsafe snd_pcm_status(handle, status)
        guard answer >= 0 else { throw PCMFault("ask the device where it is", status: answer) }
        let state = unsafe snd_pcm_status_get_state(status)
        switch state {
        case SND_PCM_STATE_XRUN: throw PCMFault("play without a gap", status: -EPIPE)
        case SND_PCM_STATE_SUSPENDED: throw PCMFault("play on", status: -ESTRPIPE)
        case SND_PCM_STATE_DISCONNECTED: throw PCMFault("ask the device where it is", status: -ENODEV)
        case SND_PCM_STATE_PREPARED, SND_PCM_STATE_RUNNING: break
        default: throw PCMFault("ask the device where it is", status: -EBADFD)
        }
        // Unsigned: of a driver that errs it may be more than any number of ours.
        let room = min(Int(clamping: unsafe snd_pcm_status_get_avail(status)), parameters.bufferFrames)
        // What lies behind the buffer, in a FIFO or on the bus, is delay too. A plug-in may read the delay a moment after the
        // time stamp; less than what the buffer holds is then an artefact.
        let held = parameters.bufferFrames - room
        let delay = max(held, Int(unsafe snd_pcm_status_get_delay(status)))
        return Position(room: room, delay: delay, instant: stamp(), isRunning: state == SND_PCM_STATE_RUNNING)
    }

    /// Frames that the device held and did not play when it stopped by itself.
    public var unplayed: Int {
        guard unsafe snd_pcm_status(handle, status) >= 0 else { return 0 }
        return max(0, parameters.bufferFrames - Int(clamping: unsafe snd_pcm_status_get_avail(status)))
    }

    /// When the status was true: what the device says, or now where it says nothing that can be.
    private func stamp() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        guard parameters.isTimestamped else { return now }
        unsafe snd_pcm_status_get_htstamp(status, &time)
        let said = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        return said <= now && said > now - 1_000_000_000 ? said : now
    }

    /// Writes `frames` interleaved frames; fewer when there is no room. Returns how many.
    public func write(_ samples: UnsafeRawPointer, frames: Int) throws(PCMFault) -> Int {
        let written = unsafe snd_pcm_writei(handle, samples, snd_pcm_uframes_t(frames))
        if written == -Int(EAGAIN) { return 0 }
        guard written >= 0 else { throw PCMFault("write to the device", status: CInt(written)) }
        return Int(written)
    }

    /// Takes back the newest `frames` frames, if at least `reserve` frames then remain to be played. Returns how many it took: 0 where
    /// fewer would remain or the device cannot, less than `frames` where it takes back no more.
    public func rewind(_ frames: Int, leaving reserve: Int) -> Int {
        // What can be rewound is counted from the position that was read last.
        let room = unsafe snd_pcm_avail(handle)
        guard frames > 0, room >= 0, parameters.bufferFrames - Int(room) - frames >= reserve else { return 0 }
        let possible = unsafe snd_pcm_rewindable(handle)
        guard possible > 0 else { return 0 }
        let taken = unsafe snd_pcm_rewind(handle, snd_pcm_uframes_t(min(frames, Int(possible))))
        return max(0, Int(taken))
    }

    /// Begins to play what has been written.
    public func start() throws(PCMFault) {
        let status = unsafe snd_pcm_start(handle)
        guard status >= 0 else { throw PCMFault("start the device", status: status) }
    }

    /// Whether the device is still there, also while it does not play.
    public var isPresent: Bool {
        // The state alone may be as old as the last call that went to the device.
        unsafe snd_pcm_hwsync(handle) != -ENODEV && snd_pcm_state(handle) != SND_PCM_STATE_DISCONNECTED
    }

    /// Stops at once and forgets what has not been played; ready to begin again, and silent until then.
    public func reset() throws(PCMFault) {
        unsafe snd_pcm_drop(handle)
        let status = unsafe snd_pcm_prepare(handle)
        guard status >= 0 else { throw PCMFault("prepare the device", status: status) }
    }

    /// Brings the device back after it ran dry or the machine was suspended: prepared, empty.
    ///
    /// - Throws: `error` itself when it was neither, or what went wrong.
    public func recover(from error: PCMFault) throws(PCMFault) {
        guard error.isUnderrun || error.isSuspension else { throw error }
        let status = unsafe snd_pcm_prepare(handle)
        guard status >= 0 else { throw PCMFault("prepare the device", status: status) }
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
