import Broadcasting
import ControllerAPI

/// Waits until a broadcast has ended on every node, or for so long.
struct BroadcastWait: Sendable {
    /// How it ended.
    enum Outcome: String, Codable, Sendable {
        /// Every occurrence finished on every node.
        case finished
        /// Every occurrence has ended, and not all of them as finished; or there is no node at all.
        case otherwise
        /// Not all have ended in time.
        case timeout

        var exitStatus: Int32 {
            switch self {
            case .finished: 0
            case .otherwise: 1
            case .timeout: 2
            }
        }

        var words: String {
            switch self {
            case .finished: "Heard in full on every node."
            case .otherwise: "Ended, and not heard in full on every node."
            case .timeout: "Time-out: not every node has told how it ended."
            }
        }

        /// What `report` says, nil while some have yet to end.
        init?(_ report: BroadcastReport) {
            guard report.item.progress.settled else { return nil }
            let all = report.playbacks
            let heard = !all.isEmpty && all.allSatisfy { $0.state == .finished }
            self = heard && report.item.progress.nodes > 0 ? .finished : .otherwise
        }
    }

    struct Result: Codable, Sendable {
        var outcome: Outcome
        var report: BroadcastReport
    }

    let timeout: Duration
    let report: @Sendable () async throws -> BroadcastReport
    /// Told after each look.
    var progress: @Sendable (BroadcastReport) -> Void = { _ in }
    /// Told once for each spell in which the controller cannot be reached.
    var trouble: @Sendable (String) -> Void = { _ in }

    /// Time between two looks.
    static let interval = Duration.seconds(1)

    /// - Throws: `ClientError`: at once what the controller refuses, and at the time-out that it was never reached.
    func result<C: Clock>(clock: C) async throws -> Result where C.Duration == Duration {
        let deadline = clock.now.advanced(by: timeout)
        var latest: BroadcastReport?
        var isReachable = true
        while true {
            do {
                let seen = try await report()
                latest = seen
                isReachable = true
                progress(seen)
                if let outcome = Outcome(seen) { return Result(outcome: outcome, report: seen) }
            } catch ClientError.unreachable(let words) {
                if latest == nil, clock.now >= deadline { throw ClientError.unreachable(words) }
                if isReachable { trouble(words) }
                isReachable = false
            }
            guard clock.now < deadline else {
                guard let latest else { throw ClientError.unreachable("the controller was not reached in time") }
                return Result(outcome: .timeout, report: latest)
            }
            try await clock.sleep(until: min(clock.now.advanced(by: Self.interval), deadline), tolerance: nil)
        }
    }
}
