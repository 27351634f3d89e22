public import Broadcasting

/// One occurrence of a programme: named by the programme, its local start and the fold, with the instant that they mean.
public struct Occurrence: Hashable, Sendable {
    public var programme: ProgrammeID
    /// `2026-11-23T05:00:00`, local wall time without an offset.
    public var localStart: String
    /// 0 for the first pass of a local time that occurs twice, 1 for the second.
    public var fold: Int
    public var start: Timestamp

    public init(programme: ProgrammeID, localStart: String, fold: Int, start: Timestamp) {
        self.programme = programme
        self.localStart = localStart
        self.fold = fold
        self.start = start
    }

    /// One occurrence of a programme's recurrence.
    public init(programme: ProgrammeID, _ occurrence: LocalOccurrence) {
        self.init(
            programme: programme, localStart: occurrence.local.description, fold: occurrence.fold,
            start: occurrence.instant)
    }

    public var cue: CueID { CueID(programme: programme, localStart: localStart, fold: fold) }
}
