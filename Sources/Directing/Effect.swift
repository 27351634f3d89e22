public import Broadcasting

/// What a director wants done. In order; records and memory are to be durable before any order to the player is carried out.
public enum Effect: Hashable, Sendable {
    case record(JournalEvent)
    /// All the audio that should be on the disk, the most urgent first. Replaces what was wanted before.
    ///
    /// Answered by `content` for each that is there, that comes, or that will not come; also for one that was named and reported
    /// before, when it is named again. What has failed stays named until its cue is over: it is not to be fetched in a loop.
    case want([AudioReference])
    /// Open and decode, silently. Never given for a cue that the player has not yet said `ended` of.
    case load(CueID, LoadOrder)
    /// Given once after each `load`; a cue that is still loading starts as soon as it can.
    case start(CueID, at: StartTime)
    case pause(CueID)
    case resume(CueID, from: ResumePoint)
    /// Replaces the gain of the load order, in dB.
    case setGain(CueID, decibels: Double)
    case stop(CueID)
}
