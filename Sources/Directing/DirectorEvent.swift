public import Broadcasting

/// What a director is told. It records what it decides; what it is told of card, clock and content, the caller records.
///
/// After each start: `restarted` first, then the stored settings, then each stored document, then `content` for what is on the
/// disk. Documents may be told again at any time.
public enum DirectorEvent: Hashable, Sendable {
    /// The program has started. `heard` is what had been heard of the cues that sounded when it last ended.
    case restarted(heard: [CueID: Heard])
    case settings(NodeSettings)
    /// A verified, accepted document of a scope. Those of scopes that the node does not obey are kept, unheeded, until it does.
    case broadcasts(Scope, BroadcastsDocument, issuedAt: Timestamp)
    /// The same, of the schedule of a scope.
    case schedule(Scope, ScheduleDocument, issuedAt: Timestamp)
    case content(ContentHash, ContentState)
    case player(PlayerReport)
    /// The sound card is away; why, for people. What the player has to say of the time before comes before it, and what it has to
    /// say of the time without a card before `deviceRestored`.
    case deviceLost(String)
    case deviceRestored
    /// The wall clock was set forward by `seconds`, or back where negative. The instants tell the director as much.
    case clockStepped(seconds: Double)
    case timer
    /// The program is about to stop in good order: what sounds ends now, and nothing begins any more.
    case stopping
}
