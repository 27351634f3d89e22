import Broadcasting
import Cueing
import Directing
import Dispatch
import FoundationEssentials
import Logging
import NodeStore
import Playout
import RuntimeSupport

/// The shell around the director: brings it what happens, writes down what it says, and carries it out.
///
/// For each event the records and the director's memory are on the disk before anything sounds. All of it happens on one queue, in
/// the order of the events.
actor NodeCore {
    nonisolated let node: NodeID
    /// The topics to be subscribed to, anew whenever they change.
    nonisolated let subscriptions: AsyncStream<Set<String>>
    /// Says that the health report would read differently now; at most one waits.
    nonisolated let healthChanges: AsyncStream<Void>

    let store: NodeStore
    let playhead: Playhead
    let content: ContentStore
    let player: Player
    let timer: WakeTimer
    let boot: String
    let logger: Logger
    let executor: ThreadExecutor
    let subscription: AsyncStream<Set<String>>.Continuation
    let healthChange: AsyncStream<Void>.Continuation
    let keeper = StoreKeeper()
    let loads: AsyncStream<Load>
    let load: AsyncStream<Load>.Continuation

    var gate: DocumentGate
    var director: Director
    var clock: ClockTrust
    let batteries: BatteryClocks
    var storedMemory: Director.Memory
    var memoryWriter = Director.MemoryWriter()
    var settings: NodeSettings?
    /// When the controller signed settings that ask for the self-test as these do.
    var selfTestAsked: Timestamp?
    var voices: [CueID: Voice] = [:]
    var cues: [VoiceID: CueID] = [:]
    var lastVoice: UInt64 = 0
    var throttle = RecordThrottle()
    var tally = DeviceTally()
    var outputs = OutputTally()
    var failures = FailedPlaybacks()
    var pending = PendingWrites()
    /// Cues whose place in the playhead is free once their ends are in the journal.
    var ended: [CueID] = []
    /// In nanoseconds of CLOCK_BOOTTIME.
    var deviceLostSince: Int64?
    var storageFault: String?
    let configuration: NodeConfiguration
    let fetcher: ContentFetcher
    var journalGrew: @Sendable () -> Void = {}
    let zones = ZoneDatabase()
    /// Documents of the disk that are not read again yet.
    var restored: [Topic: Data] = [:]
    let news: AsyncStream<ContentFetcher.News>
    let newsSink: AsyncStream<ContentFetcher.News>.Continuation
    /// Rings when the last voice has ended.
    let stopped = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let began = BootClock.nanoseconds
    var runningTest: RunningTest?
    /// What the latest self-test found.
    var selfTestResult: SelfTestResult?
    let selfTestRequests: AsyncStream<Void>
    let selfTestRequest: AsyncStream<Void>.Continuation

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// A cue that the player has been given, or is about to be given.
    struct Voice {
        let id: VoiceID
        /// Calls that wait until the cue's audio has been checked; nil when they go straight to the player.
        var waiting: [@Sendable (Player) -> Void]?
        var rate = 0
        /// Whether the player has been given it.
        var isLoaded = false
        /// How the voice ended in the player while its audio was still being checked.
        var end: VoiceEnd?
    }

    /// A cue whose audio is to be checked.
    struct Load: Sendable {
        var cue: CueID
        var order: LoadOrder
        var voice: VoiceID
    }

    /// The nice value of the actor's thread, where the limits allow it.
    private static let niceness = -10

    /// Takes over what the earlier program left on the disk: first what it was playing, then its documents.
    init(
        configuration: NodeConfiguration, store: NodeStore, playhead: Playhead, content: ContentStore, player: Player,
        timer: WakeTimer, boot: String, logger: Logger, download: @escaping ContentFetcher.Download
    ) throws {
        node = configuration.node
        self.configuration = configuration
        self.store = store
        self.playhead = playhead
        self.content = content
        self.player = player
        self.timer = timer
        self.boot = boot
        self.logger = logger
        executor = try ThreadExecutor(name: "core")
        (subscriptions, subscription) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (healthChanges, healthChange) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (loads, load) = AsyncStream.makeStream()
        (news, newsSink) = AsyncStream.makeStream()
        (selfTestRequests, selfTestRequest) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        selfTestResult = Self.selfTestResult(in: configuration.state)
        gate = DocumentGate(node: configuration.node, trustedKeys: configuration.trustedKeys)
        let memory = try Self.memory(in: store, logger: logger)
        storedMemory = memory
        director = Director(
            node: configuration.node, memory: memory, warmUp: configuration.warmUp, zones: zones.rules)
        clock = ClockTrust(
            latest: memory.passed ?? .distantPast, isGiven: configuration.trustsGivenClock,
            wasTrusted: store.trustedBoot == boot)
        batteries = BatteryClocks(folder: configuration.batteryClocks)
        fetcher = ContentFetcher(store: content, logger: logger, download: download) { [newsSink] in newsSink.yield($0)
        }
    }

    /// What the earlier program's director remembered. What cannot be read is a fault of ours, and no reason to be silent.
    static func memory(in store: NodeStore, logger: Logger) throws -> Director.Memory {
        guard let stored = try store.memory() else { return Director.Memory() }
        do {
            return try Wire.decode(Director.Memory.self, from: stored)
        } catch {
            logger.error("the director's memory cannot be read", metadata: ["problem": "\(plainWords(error))"])
            return Director.Memory()
        }
    }

    // MARK: - Running

    /// Plays, fetches and keeps time until the task is cancelled. `journalGrew` is called after each record that was written.
    func run(journalGrew: @escaping @Sendable () -> Void) async throws {
        self.journalGrew = journalGrew
        begin()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.player.run() }
            group.addTask { for await event in self.player.events { await self.take(event) } }
            group.addTask { await self.fetcher.run() }
            group.addTask {
                await ContentScrub(store: self.content) { await self.lose($0, because: $1) }.run()
            }
            group.addTask { for await news in self.news { await self.take(news) } }
            group.addTask { for await _ in self.selfTestRequests { await self.makeSelfTest() } }
            group.addTask { try await self.timer.run { _ in await self.tick() } }
            group.addTask {
                await withDiscardingTaskGroup { checks in
                    for await load in self.loads { checks.addTask { await self.check(load) } }
                }
            }
        }
    }

    func begin() {
        // What is to sound now must not wait until a decoder has filled its ring, or another program has had its turn.
        let verdict = RealtimePrivilege.favourCallingThread(niceness: Self.niceness)
        logger.debug("the core's priority", metadata: ["nice \(Self.niceness)": "\(verdict)"])
        var event = NodeEvent(.booted)
        if let damaged = store.damaged {
            event.reason = Reason(ReasonCode(rawValue: "storageDamaged"), "the journal was set aside as \(damaged)")
        }
        if let words = store.unwritable {
            logger.error(
                "the disk takes nothing: all is forgotten at the next start", metadata: ["problem": "\(words)"])
            event.reason = Reason(ReasonCode(rawValue: "storage"), "the disk takes nothing: \(words)")
        }
        let heard = playhead.heard().mapValues { Heard(frames: $0.frames, rate: $0.rate) }
        ended = Array(heard.keys)
        perform([.record(.node(event))] + direct(.restarted(heard: heard)))
        for document in (try? store.documents()) ?? [] {
            guard let topic = Topic(document.topic) else { continue }
            restored[topic] = document.compact
        }
        reread(.settings(node))
        for topic in restored.keys.sorted(by: { "\($0)" < "\($1)" }) { reread(topic) }
        subscribe()
    }

    /// Verifies a document of the disk again, and obeys it again.
    func reread(_ topic: Topic) {
        guard let compact = restored.removeValue(forKey: topic) else { return }
        switch gate.judge(compact, topic: topic) {
        case .known: break
        case .refused(let refusal): refuse(topic, refusal)
        case .settings(let document):
            gate.hold(compact, topic: topic, revision: document.revision)
            perform(apply(document))
        case .schedule(let scope, let document):
            gate.hold(compact, topic: topic, revision: document.revision)
            perform(direct(.schedule(scope, document.body, issuedAt: document.issuedAt)))
        case .broadcasts(let scope, let document):
            gate.hold(compact, topic: topic, revision: document.revision)
            perform(direct(.broadcasts(scope, document.body, issuedAt: document.issuedAt)))
        }
    }

    // MARK: - Time

    func tick() {
        recordTally()
        perform(direct(.timer))
    }

    /// Rings when the director wants, and in any case within a minute: whatever went wrong is looked at again.
    func arm() {
        let (wall, boot) = (Timestamp(nanoseconds: WallClock.nanoseconds), BootClock.nanoseconds)
        var next = wall.advanced(bySeconds: pending.isEmpty ? 60 : 5)
        if let due = director.nextWake?.wall { next = min(next, due) }
        if let due = nextSelfTest { next = min(next, due) }
        if let due = director.nextWake?.monotonic { next = min(next, wall.advanced(byNanoseconds: due - boot)) }
        timer.arm(at: next)
    }

    func now() -> (instant: Instant, step: Double?) {
        let (wall, boot) = (Timestamp(nanoseconds: WallClock.nanoseconds), BootClock.nanoseconds)
        let synchronised = (try? ClockDiscipline.current().isSynchronised) ?? false
        let finding = clock.look(
            wall: wall, boot: boot, synchronised: synchronised,
            batteries: batteries.readings.values.map { Timestamp(secondsSinceEpoch: Double($0)) })
        return (Instant(wall: wall, monotonic: boot, clockTrusted: finding.trusted), finding.step)
    }

    // MARK: - The director

    /// Tells the director an event, and before it that the clock was stepped, if it was.
    func direct(_ event: DirectorEvent) -> [Effect] {
        let wasTrusted = clock.trusted
        let (instant, step) = now()
        let news: [Effect] = !wasTrusted && instant.clockTrusted ? [.record(.node(NodeEvent(.clockTrusted)))] : []
        guard let step else { return news + director.handle(event, at: instant) }
        var record = NodeEvent(.clockStepped)
        record.seconds = step
        return news + [.record(.node(record))] + director.handle(.clockStepped(seconds: step), at: instant)
            + director.handle(event, at: instant)
    }

    /// Writes records, memory and document in one transaction; then does what is to be done.
    ///
    /// Loading is silent, so it does not wait for the disk.
    func perform(_ effects: [Effect], document: StoredDocument? = nil) {
        for case .load(let cue, let order) in effects {
            yieldSelfTest()
            begin(loading: cue, order)
        }
        let events = effects.compactMap { effect in
            if case .record(let event) = effect { event } else { nil }
        }
        write(events, document: document)
        for effect in effects { carryOut(effect) }
        arm()
        considerSelfTest()
        healthChange.yield()
        if store.isCheckpointDue { Task { await keeper.checkpoint(store, logger: logger) } }
    }

    func write(_ events: [JournalEvent], document: StoredDocument?) {
        let (wall, monotonic) = (Timestamp(nanoseconds: WallClock.nanoseconds), BootClock.nanoseconds)
        let stamp = JournalStamp(at: wall, monotonic: monotonic, boot: boot, clockTrusted: clock.trusted)
        let memory = director.memory == storedMemory ? nil : director.memory
        guard !events.isEmpty || document != nil || memory != nil || !pending.isEmpty else { return freePlayhead() }
        do {
            let json = try memory.map { try memoryWriter.encode($0) }
            try pending.write(events, document: document, memory: json, stamp: stamp) {
                try store.commit(document: $0, memory: $1, events: $2, stamp: $3)
            }
            if let memory { storedMemory = memory }
            storageFault = nil
            journalGrew()
            freePlayhead()
        } catch {
            // What must sound still sounds. The journal tells of it when it can be written again.
            if storageFault == nil {
                let reason = Reason(ReasonCode(rawValue: "storage"), "\(error)")
                pending.add([.node(NodeEvent(.storageFault, reason: reason))], stamp: stamp)
            }
            storageFault = "\(error)"
            logger.error("not written to the disk", metadata: ["problem": "\(error)"])
        }
    }

    /// Forgets how far those cues came whose ends are in the journal.
    func freePlayhead() {
        guard pending.isEmpty else { return }
        for cue in ended { playhead.forget(cue) }
        ended = []
    }

    func carryOut(_ effect: Effect) {
        switch effect {
        case .record(let event):
            logger.debug("journal", metadata: ["event": "\(event)"])
        case .want(let audio):
            Task { await fetcher.want(audio) }
        case .load:
            break
        case .start(let cue, let time):
            tell(cue) { player, voice in player.start(voice, at: PlayoutStart(time)) }
        case .pause(let cue):
            tell(cue) { player, voice in player.pause(voice) }
        case .resume(let cue, let point):
            tell(cue) { player, voice in player.resume(voice, from: Playout.ResumePoint(point)) }
        case .setGain(let cue, let decibels):
            tell(cue) { player, voice in player.setGain(voice, decibels: decibels) }
        case .stop(let cue):
            // A voice whose audio is still being checked is not worth waiting for.
            if let voice = voices[cue], voice.waiting != nil {
                player.stop(voice.id)
                forget(cue)
                perform(direct(.player(.ended(cue, .unheard(.stopped)))))
                return
            }
            tell(cue) { player, voice in player.stop(voice) }
        }
    }
}
