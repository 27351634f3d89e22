public import Broadcasting
public import Scheduling

/// Decides what a node plays, when, how loudly, and what its journal says of it. Plays and stores nothing itself.
///
/// Each call takes in one event, and derives anew, from what is in force and what has come of it: which cues are due, which must
/// end, and which of the others has the loudspeaker. Effects are the difference to what was last ordered. How its rules read:
///
/// - *Now.* A broadcast that starts no later than its document was issued starts on receipt. Another waits for a trusted clock,
///   unless it is an emergency.
/// - *Ahead.* What is due at an instant is loaded and its start ordered ahead of it, sooner by the amplifier's warm-up. Its gain is
///   that of the hour at which it is due, and follows the volumes until its first frame.
/// - *Late.* A cue waits for its audio, the sound card or the loudspeaker until it expires, and is then `missed`. What has begun
///   may end after `expires`; what is silent by then does not go on, and ends `interrupted`.
/// - *Repeated.* One occurrence has the turn. Another that becomes due waits until the one that sounds is over, and is `missed` as
///   superseded when yet another is due.
/// - *Maximum duration.* Counts what sounds, also ducked, on the monotonic clock, and begins anew when a cue is restarted.
/// - *Quiet hours and halts.* What is due or waits is `refused`; what sounds is `stopped`. A halt of any scope that the node
///   obeys silences the node.
/// - *The document is the whole truth.* What is no longer in it is `stopped` as withdrawn, as if it were cancelled. Where the
///   documents of two scopes differ about a broadcast, the later issued one counts. An edit applies to what has not begun.
/// - *Programmes.* One that begins late begins, joins or is missed as its `whenLate` says. It begins on time without audio
///   that is not there, which is then silent, and it ends `failed`. It never sounds beyond the end of its slot. When its program
///   is started again in its course, it goes on where it would be by then (`joinInProgress`), else it ends `interrupted`.
/// - *Unheard.* A voice that the player gives back before any of it was heard (`ended`, stopped, without having been told to)
///   is loaded again when its audio is there. What was to begin when the sound card went is taken back, and waits for the card.
/// - *A dead program.* What was ordered to start is never started again: after a restart it is `interrupted`, for good,
///   unless it is a programme that may be joined. No part of it is played twice.
public struct Director: Sendable {
    /// What must survive a restart; the caller stores it together with the records of the same call.
    public internal(set) var memory: Memory

    let node: NodeID
    let zones: @Sendable (String) -> TimeZoneRules?
    /// Nanoseconds before a cue is due at which it is loaded, and at which its start is ordered.
    let loadLead: Int64
    let armLead: Int64

    // What is known.
    var time: KnownTime
    var settings: NodeSettings?
    var documents: [Scope: ScopeDocument] = [:]
    /// The broadcasts of all obeyed scopes, each once, by id.
    var inForce: [BroadcastInForce] = []
    var schedules: [Scope: ScopeSchedule] = [:]
    /// The programmes of all obeyed scopes that can be played, each once, by id; and the place of each.
    var programmes: [ProgrammeInForce] = []
    var programmeIndex: [String: Int] = [:]
    /// What the manifests name and no programme.
    var extras: [AudioReference] = []
    /// That of the settings.
    var localZone = TimeZoneRules(secondsFromUTC: DirectorTimes.vietnam)
    var content: [ContentHash: ContentState] = [:]
    var isDeviceLost = false
    var isStopping = false

    // What came of it.
    var playbacks: [Playback] = []
    var arrivals = 0
    var wanted: [AudioReference] = []
    var wantedHashes: Set<ContentHash> = []
    /// What that was for, and whether all of it was on the disk.
    var claimants = Claimants()
    var hasAllWanted = false
    /// When each of it was wanted first, by the monotonic clock.
    var wantedSince: [ContentHash: Int64] = [:]
    /// Whether what is wanted may have changed, and when it will in any case.
    var wantsAnew = true
    var wantsAnewAt: Timestamp?
    /// When this director was told its first event, and since when the clock is trusted, by the monotonic clock.
    var startedAt: Int64 = 0
    var trustedSince: Int64?
    /// Programmes of which more was missed than is told one by one, since when.
    var folded: [String: Timestamp] = [:]
    /// Whether the memory may hold what an earlier program left unfinished.
    var hasSuspended = false
    /// Those of the call that is being handled.
    var effects: [Effect] = []

    /// - Parameters:
    ///   - warmUp: seconds, up to some, that the amplifier needs before it can be heard. What is due at an instant is loaded, and its start
    ///     ordered, so much the sooner.
    ///   - zones: the rules of a named zone; nil when there is no such zone. The same name always gives the same rules.
    public init(
        node: NodeID, memory: Memory = Memory(), warmUp: Double = 0,
        zones: @escaping @Sendable (_ zone: String) -> TimeZoneRules?
    ) {
        self.node = node
        self.memory = memory
        self.zones = zones
        let warmUp = Int64(warmUp * Double(DirectorTimes.second))
        loadLead = DirectorTimes.loadLead + warmUp
        armLead = max(DirectorTimes.armLead, DirectorTimes.writing + warmUp)
        time = KnownTime(passed: memory.passed)
    }

    /// Takes in what happened, and says what is to be done. The same events at the same instants give the same effects.
    public mutating func handle(_ event: DirectorEvent, at now: Instant) -> [Effect] {
        effects.removeAll(keepingCapacity: true)
        if time.instant == nil { startedAt = now.monotonic }
        time.advance(to: now)
        turnDay()
        switch event {
        // What has come due is due by the schedules that were in force until now.
        case .schedule, .settings: if !isStopping { planProgrammes() }
        default: break
        }
        take(event)
        if !isStopping {
            plan()
            planProgrammes()
        }
        judge()
        arrange()
        if !isStopping { want(after: event) }
        remember()
        return effects
    }

    /// What has begun and is not over, by cue.
    public var sounding: [CueState] {
        playbacks.filter { $0.hasBegun && $0.ending == nil }.sorted { $0.id < $1.id }.map { playback in
            let state: CueState.State =
                switch playback.voice?.state {
                case .playing where playback.gains.duck < 0: .ducked
                case .playing: .playing
                default: .interrupted
                }
            return CueState(cue: playback.id, title: playback.cue.title, state: state)
        }
    }

    /// Whether the director was told that this audio is on the disk.
    public func hasAudio(_ hash: ContentHash) -> Bool { content[hash] == .available }

    private mutating func take(_ event: DirectorEvent) {
        switch event {
        case .restarted(let heard): buryTheDead(heard: heard)
        case .settings(let settings): obey(settings)
        case .broadcasts(let scope, let document, let issuedAt):
            obey(ScopeDocument(body: document, issuedAt: issuedAt), of: scope)
        case .schedule(let scope, let schedule, let issuedAt):
            obey(ScopeSchedule(body: schedule, issuedAt: issuedAt), of: scope)
        case .content(let hash, let state): content[hash] = state
        case .player(let report): take(report)
        case .deviceLost:
            isDeviceLost = true
            takeBackUnheard()
        case .deviceRestored: isDeviceLost = false
        case .clockStepped, .timer: break
        case .stopping: stopAll()
        }
    }

    /// Keeps a lower bound of the time, with whatever else is written anyway, and else each hour.
    private mutating func remember() {
        let isWritten = effects.contains { if case .record = $0 { true } else { false } }
        let drift = memory.passed.map { time.reckoned.nanoseconds.subtractingReportingOverflow($0.nanoseconds) }
        let isOld = drift.map { $0.overflow || $0.partialValue.magnitude >= UInt64(DirectorTimes.rememberEach) } ?? true
        if isWritten || isOld { memory.passed = time.reckoned }
    }
}
