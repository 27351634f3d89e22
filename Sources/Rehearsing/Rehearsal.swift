public import Broadcasting
public import Directing
public import Scheduling

/// One node's time, played through before it comes: its own director on a simulated clock, with a device that never fails, a disk
/// that has all the audio, and a clock that is right.
///
/// What is due, what sounds, what is refused, interrupted or missed, and why, is decided by the code that decides it on the pole.
public struct Rehearsal {
    /// What a node is told: before it is rehearsed, and while it is.
    public struct Script: Sendable {
        public var node: NodeID
        public var settings: NodeSettings
        public var schedules: [Scope: ScheduleDocument]
        public var broadcasts: [Scope: BroadcastsDocument]
        /// Broadcasts that somebody calls in the course of the rehearsal: the node hears of each at its start, and not before.
        public var calls: [Call] = []

        public struct Call: Sendable {
            public var scope: Scope
            public var broadcast: Broadcast

            public init(scope: Scope, broadcast: Broadcast) {
                self.scope = scope
                self.broadcast = broadcast
            }
        }

        public init(
            node: NodeID, settings: NodeSettings, schedules: [Scope: ScheduleDocument],
            broadcasts: [Scope: BroadcastsDocument] = [:]
        ) {
            self.node = node
            self.settings = settings
            self.schedules = schedules
            self.broadcasts = broadcasts
        }
    }

    /// An order to the player, or a record, at the instant at which the director gave it.
    public struct Step: Hashable, Sendable {
        public var at: Timestamp
        public var effect: Effect
    }

    private var director: Director
    private var player: any RehearsalPlayer
    private let start: Timestamp
    private var now: Int64 = 0
    /// The documents of broadcasts that the node has, and the calls that are still to come, the latest first.
    private var broadcasts: [Scope: BroadcastsDocument]
    private var calls: [Script.Call]
    private let observe: (Step) -> Void

    /// Plays `script` through from `start` up to `end`, and gives `observe` each step, in order.
    ///
    /// The node has been switched on at `start`, with its documents and its audio on the disk. At `end` it is stopped in good order:
    /// whatever sounds then is cut, and its record says so.
    /// - Parameter zones: the rules of a zone of the tz database; nil for a name that it does not have.
    public static func run(
        _ script: Script, from start: Timestamp, to end: Timestamp,
        zones: @escaping @Sendable (String) -> TimeZoneRules?, observe: @escaping (Step) -> Void
    ) {
        var rehearsal = Rehearsal(script, start: start, player: RehearsedPlayer(), zones: zones, observe: observe)
        // Only sound that is written somewhere can fail.
        try? rehearsal.play(script, to: end)
    }

    /// Plays `script` through as `run` does, and gives `write` the sound of the time from `first` on, in order: 16 bits, interleaved,
    /// exactly as many frames as lie between `first` and `end`.
    ///
    /// It is made by the node's own decoders, resampler and renderer, on the simulated clock. A relay sounds as one does whose station
    /// never answers.
    /// - Throws: what `write` throws, and `SystemError` when the process has no descriptor left.
    public static func record(
        _ script: Script, from start: Timestamp, recordingFrom first: Timestamp, to end: Timestamp,
        as recording: Recording, zones: @escaping @Sendable (String) -> TimeZoneRules?,
        observe: @escaping (Step) -> Void = { _ in }, write: @escaping (Span<Int16>) throws -> Void
    ) throws {
        precondition(start <= first && first <= end, "a rehearsal is recorded within its time")
        // What sounds before the recording begins need not be rendered: it is found out first when nothing was loaded last.
        var rehearsal = Rehearsal(script, start: start, player: RehearsedPlayer(), zones: zones) { _ in }
        let begin = first.nanoseconds - start.nanoseconds
        try rehearsal.begin(script)
        var quiet: Int64 = 0
        try rehearsal.proceed(to: begin) { rehearsal in
            if rehearsal.player.isIdle { quiet = rehearsal.now }
        }
        rehearsal = Rehearsal(script, start: start, player: RehearsedPlayer(), zones: zones, observe: observe)
        let sounding = SoundingPlayer(
            recording, origin: start.nanoseconds, first: begin, last: end.nanoseconds - start.nanoseconds, write: write)
        try rehearsal.begin(script)
        try rehearsal.proceed(to: quiet)
        rehearsal.player = sounding
        try rehearsal.proceed(to: end.nanoseconds - start.nanoseconds)
        try rehearsal.tell(.stopping)
    }

    private init(
        _ script: Script, start: Timestamp, player: any RehearsalPlayer,
        zones: @escaping @Sendable (String) -> TimeZoneRules?, observe: @escaping (Step) -> Void
    ) {
        self.start = start
        self.player = player
        self.observe = observe
        broadcasts = script.broadcasts
        calls = script.calls.sorted { $0.broadcast.start > $1.broadcast.start }
        director = Director(node: script.node, zones: zones)
    }

    private mutating func play(_ script: Script, to end: Timestamp) throws {
        try begin(script)
        try proceed(to: end.nanoseconds - start.nanoseconds)
        try tell(.stopping)
    }

    private var instant: Instant {
        Instant(wall: start.advanced(byNanoseconds: now), monotonic: now, clockTrusted: true)
    }

    private mutating func begin(_ script: Script) throws {
        let issued = start.advanced(byNanoseconds: -1_000_000_000)
        try tell(.restarted(heard: [:]))
        try tell(.settings(script.settings))
        for (scope, document) in script.schedules.sorted(by: { $0.key < $1.key }) {
            try tell(.schedule(scope, document, issuedAt: issued))
        }
        for (scope, document) in broadcasts.sorted(by: { $0.key < $1.key }) {
            try tell(.broadcasts(scope, document, issuedAt: issued))
        }
    }

    /// - Parameter look: called before each step.
    private mutating func proceed(to last: Int64, look: (Rehearsal) -> Void = { _ in }) throws {
        while true {
            look(self)
            let due = nextInstant
            let end = min(due ?? last, last)
            now = try player.proceed(from: instant, to: end)
            if player.hasReports {
                try deliver()
            } else if let due, due <= last {
                try tell(.timer)
            } else {
                return
            }
            try takeCalls()
        }
    }

    /// When the director or a call wants to be heard next, on the monotonic clock; the director later than now.
    private var nextInstant: Int64? {
        let wake = director.nextWake
        let byWall = wake?.wall.map { max($0.nanoseconds - start.nanoseconds, now + 1) }
        let byMonotonic = wake?.monotonic.map { max($0, now + 1) }
        let byCall = calls.last.map { max(instant(of: $0), now) }
        return [byWall, byMonotonic, byCall].compactMap { $0 }.min()
    }

    private func instant(of call: Script.Call) -> Int64 { call.broadcast.start.nanoseconds - start.nanoseconds }

    /// Tells the node of the broadcasts that are called now.
    private mutating func takeCalls() throws {
        while let call = calls.last, instant(of: call) <= now {
            calls.removeLast()
            broadcasts[call.scope, default: BroadcastsDocument(broadcasts: [])].broadcasts.append(call.broadcast)
            let document = broadcasts[call.scope] ?? BroadcastsDocument(broadcasts: [])
            try tell(.broadcasts(call.scope, document, issuedAt: instant.wall))
        }
    }

    private mutating func deliver() throws {
        while player.hasReports {
            for report in player.takeReports() { try tell(.player(report)) }
        }
    }

    private mutating func tell(_ event: DirectorEvent) throws {
        var arrived: [AudioReference] = []
        for effect in director.handle(event, at: instant) {
            observe(Step(at: instant.wall, effect: effect))
            if case .want(let audio) = effect { arrived += audio }
            try player.carryOut(effect, at: instant)
        }
        for audio in arrived { try tell(.content(audio.sha256, .available)) }
        try deliver()
    }
}
