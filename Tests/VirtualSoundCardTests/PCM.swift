import CALSA
import Foundation

/// One opened handle of libasound, for interleaved 16-bit samples unless said otherwise.
@safe
struct PCM: ~Copyable {
    private let handle: OpaquePointer
    let channels: Int

    /// What libasound answered, as a positive number of `errno`.
    struct Refusal: Error, Equatable {
        let code: Int32
    }

    /// Opens and prepares the card. `availMin` is the whole buffer if it is not given, `stop` too.
    init(
        _ card: TestCard, rate: Int = 48000, channels: Int = 2, format: snd_pcm_format_t = SND_PCM_FORMAT_S16_LE,
        buffer: Int = 24000, periods: UInt32 = 4, availMin: Int? = nil
    ) throws {
        var configuration: OpaquePointer?
        var input: OpaquePointer?
        let text = card.asoundrc
        try unsafe Self.check(snd_config_top(&configuration))
        try unsafe Self.check(snd_input_buffer_open(&input, text, text.utf8.count))
        defer { unsafe snd_config_delete(configuration) }
        try unsafe Self.check(snd_config_load(configuration, input))
        try unsafe Self.check(snd_input_close(input))
        var opened: OpaquePointer?
        try unsafe Self.check(snd_pcm_open_lconf(&opened, "speaker", SND_PCM_STREAM_PLAYBACK, 0, configuration))
        guard let opened = unsafe opened else { throw Refusal(code: ENODEV) }
        do {
            try unsafe Self.setUp(opened, rate, channels, format, buffer, periods, availMin)
        } catch {
            unsafe snd_pcm_close(opened)
            throw error
        }
        unsafe handle = opened
        self.channels = channels
    }

    deinit {
        unsafe snd_pcm_close(handle)
    }

    private static func setUp(
        _ handle: OpaquePointer, _ rate: Int, _ channels: Int, _ format: snd_pcm_format_t, _ buffer: Int,
        _ periods: UInt32, _ availMin: Int?
    ) throws {
        var hardware: OpaquePointer?
        try unsafe check(snd_pcm_hw_params_malloc(&hardware))
        defer { unsafe snd_pcm_hw_params_free(hardware) }
        try unsafe check(snd_pcm_hw_params_any(handle, hardware))
        try unsafe check(snd_pcm_hw_params_set_access(handle, hardware, SND_PCM_ACCESS_RW_INTERLEAVED))
        try unsafe check(snd_pcm_hw_params_set_format(handle, hardware, format))
        try unsafe check(snd_pcm_hw_params_set_channels(handle, hardware, UInt32(channels)))
        try unsafe check(snd_pcm_hw_params_set_rate(handle, hardware, UInt32(rate), 0))
        try unsafe check(snd_pcm_hw_params_set_buffer_size(handle, hardware, snd_pcm_uframes_t(buffer)))
        try unsafe check(snd_pcm_hw_params_set_periods(handle, hardware, periods, 0))
        try unsafe check(snd_pcm_hw_params(handle, hardware))
        var software: OpaquePointer?
        try unsafe check(snd_pcm_sw_params_malloc(&software))
        defer { unsafe snd_pcm_sw_params_free(software) }
        try unsafe check(snd_pcm_sw_params_current(handle, software))
        try unsafe check(snd_pcm_sw_params_set_start_threshold(handle, software, snd_pcm_uframes_t(buffer) * 2))
        try unsafe check(snd_pcm_sw_params_set_avail_min(handle, software, snd_pcm_uframes_t(availMin ?? buffer)))
        try unsafe check(snd_pcm_sw_params(handle, software))
    }

    @discardableResult
    private static func check(_ answer: some SignedInteger) throws(Refusal) -> Int {
        guard answer >= 0 else { throw Refusal(code: Int32(-answer)) }
        return Int(answer)
    }

    // MARK: - libasound's calls

    /// Frames written.
    @discardableResult
    func write(_ samples: ArraySlice<Int16>) throws(Refusal) -> Int {
        try Self.check(
            unsafe samples.withUnsafeBytes {
                unsafe snd_pcm_writei(handle, $0.baseAddress, snd_pcm_uframes_t(samples.count / channels))
            })
    }

    @discardableResult
    func write(_ samples: [Int16]) throws(Refusal) -> Int {
        try write(samples[...])
    }

    /// Writes samples of four bytes.
    @discardableResult
    func write(_ samples: [Int32]) throws(Refusal) -> Int {
        try Self.check(
            unsafe samples.withUnsafeBytes {
                unsafe snd_pcm_writei(handle, $0.baseAddress, snd_pcm_uframes_t(samples.count / channels))
            })
    }

    func start() throws(Refusal) {
        try Self.check(unsafe snd_pcm_start(handle))
    }

    func prepare() throws(Refusal) {
        try Self.check(unsafe snd_pcm_prepare(handle))
    }

    func drop() throws(Refusal) {
        try Self.check(unsafe snd_pcm_drop(handle))
    }

    func drain() throws(Refusal) {
        try Self.check(unsafe snd_pcm_drain(handle))
    }

    func pause(_ enable: Bool) throws(Refusal) {
        try Self.check(unsafe snd_pcm_pause(handle, enable ? 1 : 0))
    }

    /// Waits until there is room for `availMin` frames; false after `milliseconds`.
    @discardableResult
    func wait(milliseconds: Int32 = 5000) throws(Refusal) -> Bool {
        try Self.check(unsafe snd_pcm_wait(handle, milliseconds)) > 0
    }

    func available() throws(Refusal) -> Int {
        try Self.check(unsafe snd_pcm_avail(handle))
    }

    func rewindable() throws(Refusal) -> Int {
        try Self.check(unsafe snd_pcm_rewindable(handle))
    }

    func rewind(_ frames: Int) throws(Refusal) -> Int {
        try Self.check(unsafe snd_pcm_rewind(handle, snd_pcm_uframes_t(frames)))
    }

    func delay() throws(Refusal) -> Int {
        var frames: snd_pcm_sframes_t = 0
        try Self.check(unsafe snd_pcm_delay(handle, &frames))
        return frames
    }

    var state: snd_pcm_state_t {
        unsafe snd_pcm_state(handle)
    }

    /// Room in the buffer and the instant at which there was so much, in nanoseconds of the monotonic clock.
    func timestamp() throws(Refusal) -> (available: Int, nanoseconds: Int) {
        var available: snd_pcm_uframes_t = 0
        var time = snd_htimestamp_t()
        try Self.check(unsafe snd_pcm_htimestamp(handle, &available, &time))
        return (Int(available), time.tv_sec * 1_000_000_000 + time.tv_nsec)
    }

    /// The descriptors that a program polls.
    func descriptors() throws(Refusal) -> [pollfd] {
        var found = [pollfd](repeating: pollfd(), count: try Self.check(unsafe snd_pcm_poll_descriptors_count(handle)))
        let count = UInt32(found.count)
        try Self.check(unsafe snd_pcm_poll_descriptors(handle, &found, count))
        return found
    }

    /// Whether a program that polls this handle now is told that it can write.
    func isReady() throws(Refusal) -> Bool {
        var found = try descriptors()
        let count = found.count
        guard unsafe poll(&found, nfds_t(count), 0) > 0 else { return false }
        var events: UInt16 = 0
        try Self.check(unsafe snd_pcm_poll_descriptors_revents(handle, &found, UInt32(count), &events))
        return events & UInt16(POLLOUT) != 0
    }

    /// How long from now the timer of this handle is set to go off, in nanoseconds; 0 if it is not set.
    ///
    /// The kernel tells it of each descriptor: those in the epoll set, and what a timer has left.
    func nextWake() throws -> Int {
        let polled = try descriptors().map(\.fd)
        let watched = try polled.flatMap { try Self.values(of: "tfd:", in: $0) }
        let timers = try (polled + watched.map(Int32.init)).flatMap { try Self.values(of: "it_value:", in: $0) }
        guard timers.count == 2 else { throw Refusal(code: EIO) }
        return timers[0] * 1_000_000_000 + timers[1]
    }

    /// The numbers at the beginning of each line of `/proc/self/fdinfo` that has this name.
    private static func values(of name: String, in descriptor: Int32) throws -> [Int] {
        try String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)
            .split(separator: "\n").filter { $0.hasPrefix(name) }
            .flatMap { line in
                line.dropFirst(name.count).prefix { !$0.isLetter }.split { !$0.isNumber }.compactMap { Int($0) }
            }
    }
}
