import Broadcasting

/// What the player could not play to its end lately, so that health tells of it until somebody has had a day to look, or until the same
/// is heard whole.
struct FailedPlaybacks: Sendable {
    private struct Failure {
        let cue: CueID
        let words: String
        /// In nanoseconds of CLOCK_BOOTTIME.
        let boot: Int64

        func isOf(_ other: CueID) -> Bool { cue.kind == other.kind && cue.item == other.item }
    }

    /// The latest last; one of each broadcast or programme.
    private var failures: [Failure] = []

    /// How many are told of at the most.
    static let limit = 4
    /// Nanoseconds for which one is told of.
    static let duration: Int64 = 86_400_000_000_000

    /// Notes that `cue` could not be played to its end. `boot` is in nanoseconds of CLOCK_BOOTTIME.
    mutating func note(_ cue: CueID, _ words: String, boot: Int64) {
        forget(cue)
        failures = failures.suffix(Self.limit - 1) + [Failure(cue: cue, words: words, boot: boot)]
    }

    /// Forgets what was noted of the broadcast or programme that `cue` is of: it was heard whole.
    mutating func forget(_ cue: CueID) {
        failures.removeAll { $0.isOf(cue) }
    }

    /// What a person should look at.
    func faults(boot: Int64) -> [Health.Fault] {
        failures.filter { boot - $0.boot < Self.duration }
            .map { Health.Fault(part: "content", text: "\($0.cue) could not be played to its end: \($0.words)") }
    }
}
