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
    private var player = RehearsedPlayer()
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
        var rehearsal = Rehearsal(script, start: start, zones: zones, observe: observe)
        rehearsal.begin(script)
        rehearsal.proceed(to: end)
        rehearsal.tell(.stopping)
    }

    private init(
        _ script: Script, start: Timestamp, zones: @escaping @Sendable (String) -> TimeZoneRules?,
        observe: @escaping (Step) -> Void
    ) {
        self.start = start
        self.observe = observe
        broadcasts = script.broadcasts
        calls = script.calls.sorted { $0.broadcast.start > $1.broadcast.start }
        director = Director(node: script.node, zones: zones)
    }

    private var instant: Instant {
        Instant(wall: start.advanced(byNanoseconds: now), monotonic: now, clockTrusted: true)
    }

    private mutating func begin(_ script: Script) {
        let issued = start.advanced(byNanoseconds: -1_000_000_000)
        tell(.restarted(heard: [:]))
        tell(.settings(script.settings))
        for (scope, document) in script.schedules.sorted(by: { $0.key < $1.key }) {
            tell(.schedule(scope, document, issuedAt: issued))
        }
        for (scope, document) in broadcasts.sorted(by: { $0.key < $1.key }) {
            tell(.broadcasts(scope, document, issuedAt: issued))
        }
    }

    private mutating func proceed(to end: Timestamp) {
        let last = end.nanoseconds - start.nanoseconds
        while let next = nextInstant, next <= last {
            now = max(now, next)
            player.advance(to: instant)
            if player.reports.isEmpty { tell(.timer) } else { deliver() }
            takeCalls()
        }
        now = max(now, last)
        player.advance(to: instant)
        deliver()
    }

    /// When something happens next, on the monotonic clock; later than now, unless the player has come to an end of something.
    private var nextInstant: Int64? {
        let wake = director.nextWake
        let byWall = wake?.wall.map { max($0.nanoseconds - start.nanoseconds, now + 1) }
        let byMonotonic = wake?.monotonic.map { max($0, now + 1) }
        let byCall = calls.last.map { max(instant(of: $0), now) }
        return [byWall, byMonotonic, byCall, player.nextInstant].compactMap { $0 }.min()
    }

    private func instant(of call: Script.Call) -> Int64 { call.broadcast.start.nanoseconds - start.nanoseconds }

    /// Tells the node of the broadcasts that are called now.
    private mutating func takeCalls() {
        while let call = calls.last, instant(of: call) <= now {
            calls.removeLast()
            broadcasts[call.scope, default: BroadcastsDocument(broadcasts: [])].broadcasts.append(call.broadcast)
            let document = broadcasts[call.scope] ?? BroadcastsDocument(broadcasts: [])
            tell(.broadcasts(call.scope, document, issuedAt: instant.wall))
        }
    }

    private mutating func deliver() {
        while !player.reports.isEmpty {
            for report in player.takeReports() { tell(.player(report)) }
        }
    }

    private mutating func tell(_ event: DirectorEvent) {
        var arrived: [AudioReference] = []
        for effect in director.handle(event, at: instant) {
            observe(Step(at: instant.wall, effect: effect))
            if case .want(let audio) = effect { arrived += audio }
            player.carryOut(effect, at: instant)
        }
        for audio in arrived { tell(.content(audio.sha256, .available)) }
        deliver()
    }
}
