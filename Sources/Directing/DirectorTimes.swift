/// The director's own times, in nanoseconds.
enum DirectorTimes {
    static let second: Int64 = 1_000_000_000
    /// Seconds east of UTC where a node stands whose settings name a zone that does not exist.
    static let vietnam = 25_200
    /// So long before it is due, and before the amplifier must wake for it, a cue is opened and decoded.
    static let loadLead = 10 * second
    /// So long before it is due its start is ordered, and `writing` before the amplifier must wake for it: time to write that down first,
    /// and for the player to be exact. No longer, for a program that dies meanwhile has had its turn: nobody knows whether it sounded.
    static let armLead = 2 * second
    static let writing = second
    /// What a cue may sound beyond its maximum, so that one as long as its maximum is not cut by the way of its report.
    static let overrun = second
    /// What begins within this time of its instant is on time.
    static let punctual = second
    /// So long a programme that is due waits for audio that has been wanted for less, before it begins without.
    static let contentPatience = 30 * second
    /// So far ahead audio of programmes is fetched by its urgency; what is due later follows.
    static let fetchAhead = 7 * 86_400 * second
    /// Occurrences of programmes that were due before are not recorded one by one.
    static let recordedPast = 31 * 86_400 * second
    /// So long a player may take to say that a stopped cue has ended.
    static let stopPatience = 5 * second
    /// So long a player may take to begin a cue, while there is a sound card.
    static let startPatience = 35 * second
    /// After so long, the time that has passed is remembered anew.
    static let rememberEach = 3600 * second
    /// So long after it is over, a broadcast is remembered that only documents of scopes name which the node obeys no more.
    static let rememberUnobeyed = 30 * 86_400 * second
    /// Occurrences of one broadcast that are recorded one by one when many are passed over at once.
    static let mostPassed = 1000
    /// Voices that the player may hold at once; when interrupted cues take more, the lowest of them ends.
    static let mostInterrupted = 10
}
