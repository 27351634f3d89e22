import RuntimeSupport

/// Knows of each frame that a deck has written what it was, so that what was heard of them can be told.
///
/// Written by the decoder thread, which is ahead of the device; read by control.
final class RelayLedger: Sendable {
    enum Kind: Int, Sendable {
        /// No relay.
        case other
        case live, fallback, silence
    }

    fileprivate struct Run {
        var kind: Kind
        var frames: Int64
    }

    fileprivate struct State {
        /// Sums of the runs that were forgotten, by kind. They are long past.
        var sums = [Int64](repeating: 0, count: 4)
        var runs: [Run] = []
        var drift: Int64 = 0
        var problem: String?
    }

    fileprivate static let limit = 512
    private let state = Locked(State())

    /// Takes note of the next `frames` frames.
    func note(_ kind: Kind, frames: Int) {
        guard frames > 0 else { return }
        state.withLock { $0.append(kind, Int64(frames)) }
    }

    /// Says that the last `frames` frames were something else than was noted.
    func amend(last frames: Int, as kind: Kind) {
        state.withLock { state in
            var left = Int64(frames)
            while left > 0, let run = state.runs.last {
                if run.frames > left {
                    state.runs[state.runs.count - 1].frames -= left
                    left = 0
                } else {
                    left -= run.frames
                    state.runs.removeLast()
                }
            }
            state.append(kind, Int64(frames) - left)
        }
    }

    /// Takes note that so many frames of a stream were left out (positive) or repeated.
    func noteDrift(_ frames: Int) {
        state.withLock { $0.drift += Int64(frames) }
    }

    /// Takes note of what went wrong with the fallback.
    func note(problem: String) {
        state.withLock { $0.problem = problem }
    }

    /// The account of the frames before `frame`, counted from the deck's first; nil when no relay is among what was written.
    func account(before frame: Int64, rate: Int) -> RelayAccount? {
        state.withLock { state -> RelayAccount? in
            var sums = state.sums
            var left = frame - sums.reduce(0, +)
            for run in state.runs where left > 0 {
                sums[run.kind.rawValue] += min(run.frames, left)
                left -= run.frames
            }
            let isRelay = { (kind: Kind) in kind != .other }
            guard state.runs.contains(where: { isRelay($0.kind) }) || state.sums[1...].contains(where: { $0 > 0 })
            else { return nil }
            var account = RelayAccount()
            account.live = Double(sums[Kind.live.rawValue]) / Double(rate)
            account.fallback = Double(sums[Kind.fallback.rawValue]) / Double(rate)
            account.silence = Double(sums[Kind.silence.rawValue]) / Double(rate)
            account.drift = Double(state.drift) / Double(rate)
            account.lastError = state.problem
            return account
        }
    }
}

extension RelayLedger.State {
    fileprivate mutating func append(_ kind: RelayLedger.Kind, _ frames: Int64) {
        guard frames > 0 else { return }
        if runs.last?.kind == kind {
            runs[runs.count - 1].frames += frames
            return
        }
        if runs.count == RelayLedger.limit {
            for run in runs.prefix(RelayLedger.limit / 2) { sums[run.kind.rawValue] += run.frames }
            runs.removeFirst(RelayLedger.limit / 2)
        }
        runs.append(RelayLedger.Run(kind: kind, frames: frames))
    }
}
