import ALSAPlayback
import Acoustics
import RuntimeSupport
import Synchronization

/// Records a microphone and looks for the sweep in what it heard, on a thread of its own that lives for one self-test.
final class SweepListener: Sendable {
    /// What a listener tells, in this order: that it listens, and then what came of it.
    enum News: Sendable {
        case listening
        /// What it found, and the seconds from the sweep's first frame to its arrival, where it was heard.
        case found(SweepFinding, delay: Double?)
        /// Why nothing was recorded, in plain words.
        case failed(String)
    }

    /// One channel of sound.
    private struct Recording {
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
    private let sweep: ExponentialSweep
    /// Nanoseconds of `CLOCK_MONOTONIC`: when the sweep began, and up to when to record.
    private let begin = Atomic<Int64>(.max)
    private let end = Atomic<Int64>(.max)

    /// Begins to listen for `sweep` on the ALSA device `name`.
    /// - Throws: `SystemError` when the system has no room for a thread.
    init(_ name: String, for sweep: ExponentialSweep) throws(SystemError) {
        self.sweep = sweep
        (news, sink) = AsyncStream.makeStream()
        _ = try NamedThread(name: "loa-listener", stackSize: 256 << 10) { [self] in
            do throws(PCMError) {
                if let recording = try record(name) {
                    sink.yield(judge(recording))
                } else {
                    sink.yield(.failed("\(name) gave no sound for two seconds"))
                }
            } catch {
                sink.yield(.failed(error.description))
            }
            sink.finish()
        }
    }

    /// Tells it when the sweep began, in nanoseconds of `CLOCK_MONOTONIC`; it ends once all has arrived that comes up to `delay`
    /// seconds later.
    func sweepBegan(at instant: Int64, delay: Double) {
        begin.store(instant, ordering: .relaxed)
        end.store(instant + Int64((sweep.duration + delay) * 1e9), ordering: .releasing)
    }

    /// Has it end soon.
    func cancel() { end.store(0, ordering: .releasing) }

    private func judge(_ recording: Recording) -> News {
        let begin = begin.load(ordering: .relaxed)
        let end = end.load(ordering: .acquiring)
        let detector = SweepDetector(sweep)
        guard Double(recording.rate) >= detector.lowestRate else {
            return .failed("\(recording.rate) Hz of the microphone are too few")
        }
        guard end > 0 else { return .failed("it was told to end") }
        let part = recording.between(begin - 100_000_000, end)
        let finding = detector.find(in: part.sound, rate: Double(part.rate))
        return .found(finding, delay: finding.position.map { $0 + Double(part.first - begin) / 1e9 })
    }

    /// Nil when the microphone fell silent altogether.
    private func record(_ name: String) throws(PCMError) -> Recording? {
        var capture = try PCMCapture(name: name)
        try capture.start()
        var recording = Recording(sound: [], rate: capture.rate, first: .max)
        var latest = MonotonicClock.nanoseconds
        while latest < end.load(ordering: .acquiring) {
            let arrived = try capture.read(into: &recording.sound, patience: 200)
            guard let arrived else {
                if end.load(ordering: .acquiring) == 0 { break }
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
