import ALSAPlayback
import RuntimeSupport
import Synchronization

/// Records a microphone on a thread of its own, which lives until it is told when to end.
final class Recorder: Sendable {
    /// What a recorder tells, in this order: that it listens, and then what came of it.
    enum News: Sendable {
        case listening
        case recorded(Recording)
        /// Why nothing was recorded, in plain words.
        case failed(String)
    }

    /// One channel of sound.
    struct Recording: Sendable {
        var sound: [Float]
        /// Frames in a second.
        var rate: Int
        /// When its first frame arrived, in nanoseconds of `CLOCK_MONOTONIC`.
        var first: Int64

        /// What arrived between two instants, as far as it was recorded.
        func between(_ begin: Int64, _ end: Int64) -> Recording {
            func frame(_ instant: Int64) -> Int {
                min(max(Int(Double(instant - first) * Double(rate) / 1e9), 0), sound.count)
            }
            let (from, to) = (frame(begin), max(frame(begin), frame(end)))
            return Recording(
                sound: Array(sound[from..<to]), rate: rate, first: first + Int64(Double(from) * 1e9 / Double(rate)))
        }
    }

    /// Seconds that are kept at least; what is older is forgotten.
    private static let kept = 4
    /// Nanoseconds for which a microphone may say nothing before it counts as dead.
    private static let patience: Int64 = 2_000_000_000

    let news: AsyncStream<News>
    private let sink: AsyncStream<News>.Continuation
    /// The instant up to which to record, in nanoseconds of `CLOCK_MONOTONIC`.
    private let end = Atomic<Int64>(.max)

    /// Begins to record the ALSA device `name`.
    /// - Throws: `SystemError` when the system has no room for a thread.
    init(_ name: String) throws(SystemError) {
        (news, sink) = AsyncStream.makeStream()
        _ = try NamedThread(name: "loa-listener", stackSize: 256 << 10) { [self] in
            do throws(PCMError) {
                let recording = try record(name)
                sink.yield(recording.map { .recorded($0) } ?? .failed("\(name) gave no sound for two seconds"))
            } catch {
                sink.yield(.failed(error.description))
            }
            sink.finish()
        }
    }

    /// Has it end once it has recorded all that arrives up to `instant`, in nanoseconds of `CLOCK_MONOTONIC`.
    func end(at instant: Int64) { end.store(instant, ordering: .relaxed) }

    /// Has it end soon.
    func cancel() { end(at: 0) }

    /// Nil when the microphone fell silent altogether.
    private func record(_ name: String) throws(PCMError) -> Recording? {
        var capture = try PCMCapture(name: name)
        try capture.start()
        var recording = Recording(sound: [], rate: capture.rate, first: .max)
        var latest = MonotonicClock.nanoseconds
        while latest < end.load(ordering: .relaxed) {
            let arrived = try capture.read(into: &recording.sound, patience: 200)
            guard let arrived else {
                if end.load(ordering: .relaxed) == 0 { break }
                guard MonotonicClock.nanoseconds - latest < Self.patience else { return nil }
                continue
            }
            // Whoever was kept waiting before it looked at the clock looked too late, and never too early.
            let length = Int64(Double(recording.sound.count) * 1e9 / Double(recording.rate))
            if recording.first == .max { sink.yield(.listening) }
            recording.first = min(recording.first, arrived - length)
            latest = arrived
            forgetOld(&recording)
        }
        return recording
    }

    private func forgetOld(_ recording: inout Recording) {
        guard recording.sound.count > 2 * Self.kept * recording.rate else { return }
        recording.sound.removeFirst(Self.kept * recording.rate)
        recording.first += Int64(Self.kept) * 1_000_000_000
    }
}
