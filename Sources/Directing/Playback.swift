import Broadcasting

/// A cue that is due or about to be, with what became of it so far. Not remembered over a restart: `BegunCue` is.
struct Playback: Sendable {
    /// Taken anew from its document until it has begun; as it was then from there on.
    var cue: Cue
    /// Whether its time has come.
    var isDue = false
    /// Its place in the order of arrival; given when it is first due and could sound.
    var arrival: Int?
    /// What the player was told, if it knows the cue.
    var voice: Voice?
    /// Whether some of it may have been heard. From there on it ends in its own terminal record and is never begun again.
    var hasBegun = false
    /// How it ends, once that is decided and the player's `ended` is waited for.
    var ending: Ending?
    /// How its start was ordered, if it was.
    var startOrder: StartTime?
    /// Its first frame is in the journal.
    var startRecorded = false
    var heard: Heard?
    /// The cue that silenced it last.
    var interruptedBy: CueID?
    /// It went on at its live edge, so that not all of it was to be heard.
    var hasSkipped = false
    /// What the gain that it was told last is made of, but for its pieces.
    var gains = GainChain()
    /// How far it was lowered under another cue at the most: 0 or less.
    var deepestDuck = 0.0
    /// When its voice was told to sound for the first time, in monotonic nanoseconds.
    var began: Int64?
    /// Nanoseconds that it had sounded for when it was last told to.
    var soundedBefore: Int64 = 0
    /// When it was last told to sound, in monotonic nanoseconds; nil while it is silent.
    var soundsSince: Int64?

    /// What the player was told to load.
    var order: LoadOrder?
    /// Why some of its audio is left out, if it is.
    var omitted: Reason?
    /// What earlier programs played of it, if they did: it goes on then, and does not begin.
    var earlier: BegunProgramme.Earlier?
    /// When its slot is over by the monotonic clock, once it has begun.
    var slotEnds: Int64?
    /// Whether it leaves once the player has let go of it.
    var isDropped = false
    /// Whether it was counted as a session, and how many nanoseconds of its sound.
    var isCounted = false
    var counted: Int64 = 0

    init(_ cue: Cue) { self.cue = cue }

    var id: CueID { cue.id }

    var isTakenBack: Bool { voice?.isTakenBack == true }

    /// The gain in dB without ducking that it was told last.
    var gain: Double { gains.unducked }

    /// What its gain is made of, for its record.
    var allGains: GainChain {
        var all = gains
        all.content = order?.audio.map(\.gain) ?? []
        return all
    }

    /// Nanoseconds that it has sounded for, interruptions left out.
    func sounded(at monotonic: Int64) -> Int64 { soundedBefore + (soundsSince.map { max(0, monotonic - $0) } ?? 0) }

    /// A cue's voice as the player should know it by now.
    struct Voice: Sendable {
        var state: State
        /// In dB, as told last.
        var gain: Double
        /// It was stopped since the sound card went before it was known to be heard: what comes of it until it has stopped counts for nothing.
        var isTakenBack = false

        enum State: Sendable, Hashable {
            case loaded
            /// Told to start at an instant, which is this one on the monotonic clock.
            case armed(monotonic: Int64)
            case playing
            case paused
            /// Told to stop at this monotonic instant.
            case stopping(since: Int64)
        }

        var isStopping: Bool { if case .stopping = state { true } else { false } }
        var isArmed: Bool { if case .armed = state { true } else { false } }
    }

    /// The terminal record of a cue that still sounds.
    struct Ending: Sendable {
        var kind: PlaybackEvent.Kind
        var reason: Reason
        var by: CueID?
        /// Whether the rest is played when the program is started again, so that this is not its terminal record.
        var isSuspension = false
    }
}
