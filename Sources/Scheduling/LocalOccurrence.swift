public import Broadcasting

/// One occurrence of a recurrence: the local time that the rule names, and the instant at which it happens.
public struct LocalOccurrence: Hashable, Sendable {
    /// As the rule says it, even where the clocks skip it.
    public var local: LocalDateTime
    /// Which pass of a local time that occurs twice. Always 0, since the first pass is the one that counts.
    public var fold: Int
    /// The first instant at which the clocks show the local time or, where they skip it, have passed it.
    public var instant: Timestamp

    public init(local: LocalDateTime, fold: Int, instant: Timestamp) {
        self.local = local
        self.fold = fold
        self.instant = instant
    }
}
