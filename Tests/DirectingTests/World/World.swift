import Broadcasting
import Directing
import FoundationEssentials
import Scheduling

/// A node without hardware: a director, a player, a disk and two clocks, told apart from it only by having no noise.
///
/// Checks at each event what must always hold; `violations` says what did not.
struct World {
    static let node = NodeID(unchecked: "node-1")
    static let scope = Scope.node(node)

    var director: Director
    var player = SimulatedPlayer()
    /// Milliseconds from the monotonic to the wall clock.
    var wallOffset: Int64
    var isClockTrusted = true
    var settings: NodeSettings?
    var documents: [Scope: (body: BroadcastsDocument, issuedAt: Timestamp)] = [:]
    var schedules: [Scope: (body: ScheduleDocument, issuedAt: Timestamp)] = [:]
    var timetable = ExpectedTimetable()
    var disk: [ContentHash: ContentState] = [:]
    /// What the disk has of audio that nothing was said about.
    var defaultContent = ContentState.available
    var wanted: [AudioReference] = []
    /// What came to the disk and was not yet told.
    var arrived: [ContentHash] = []
    /// What this director was told of the disk.
    var told: [ContentHash: ContentState] = [:]
    var isStopping = false

    /// What is in force, found by a slower way than the director's.
    private(set) var inForce: [String: (broadcast: Broadcast, issuedAt: Timestamp)] = [:]

    var records: [JournalEvent] = []
    /// All that was told, and what the director made of it.
    var log: [Step] = []
    /// Whether `records` and `log` are kept; a million of them would fill the memory.
    var keepsLog = true
    var violations: [String] = []
    var eventCount = 0

    var terminal: [CueID: PlaybackEvent] = [:]
    /// Cues that were seen due while the clock was trusted.
    var seenDue: Set<CueID> = []
    /// What cues were when they were loaded.
    var cues: [CueID: Facts] = [:]
    /// Loads fail with this chance in a thousand.
    var failures = 0
    /// Loads find their audio damaged with this chance in a thousand.
    var givesBack = 0
    var dice = Dice(seed: 0)
    /// Milliseconds after which a timer is told in any case.
    var idle: Int64 = 60_000

    /// - Parameter warmUp: seconds that the amplifier needs.
    init(at start: Timestamp = Timestamp("2026-11-21T03:00:00Z") ?? .distantPast, warmUp: Double = 0) {
        wallOffset = start.nanoseconds / 1_000_000
        player.warmUp = Int64(warmUp * 1000)
        director = Self.makeDirector(Director.Memory(), warmUp: warmUp)
        tell(.restarted(heard: [:]))
    }

    static func makeDirector(_ memory: Director.Memory, warmUp: Double = 0) -> Director {
        Director(node: node, memory: memory, warmUp: warmUp, zones: zone)
    }

    @Sendable static func zone(_ name: String) -> TimeZoneRules? {
        switch name {
        case "Asia/Ho_Chi_Minh": TimeZoneRules(secondsFromUTC: 7 * 3600)
        case "UTC": TimeZoneRules(secondsFromUTC: 0)
        case "Europe/Berlin": berlin
        default: nil
        }
    }

    private static let berlin = FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin")
        .flatMap { try? TimeZoneRules(tzif: Array($0)) }

    /// What the checks need of a cue.
    struct Facts {
        var due: Timestamp
        var priority: Priority
        var volume: Double
        /// After it, it is not started.
        var expires: Timestamp
        /// After it, nothing of it sounds.
        var hardEnd: Timestamp?
    }

    var wall: Timestamp { Timestamp(nanoseconds: (player.clock + wallOffset) * 1_000_000) }

    var now: Instant {
        Instant(wall: wall, monotonic: player.clock * 1_000_000, clockTrusted: isClockTrusted)
    }

    var effects: [Effect] { log.flatMap(\.effects) }

    struct Step: Equatable {
        var event: DirectorEvent
        var now: Instant
        var effects: [Effect]
    }

    // MARK: - What happens

    /// Tells the director, and does what it says; unless the program `dies` before its orders reach the player.
    mutating func tell(_ event: DirectorEvent, dies: Bool = false) {
        eventCount += 1
        if case .content(let hash, let state) = event { told[hash] = state }
        let result = director.handle(event, at: now)
        if keepsLog { log.append(Step(event: event, now: now, effects: result)) }
        for case .record(let record) in result { take(record) }
        if !dies {
            for effect in result { carryOut(effect) }
        }
        check(after: event)
    }

    mutating func publish(
        _ broadcasts: [Broadcast], halt: Halt? = nil, to scope: Scope = World.scope, issuedAt: Timestamp? = nil
    ) {
        let document = BroadcastsDocument(broadcasts: broadcasts, halt: halt)
        documents[scope] = (document, issuedAt ?? wall)
        merge()
        tell(.broadcasts(scope, document, issuedAt: issuedAt ?? wall))
    }

    mutating func publish(
        schedule programmes: [Programme], manifest: [AudioReference] = [], to scope: Scope = World.scope,
        issuedAt: Timestamp? = nil
    ) {
        let document = ScheduleDocument(programmes: programmes, manifest: manifest)
        let issuedAt = issuedAt ?? wall
        noteProgrammesDue(before: min(wall, issuedAt))
        schedules[scope] = (document, issuedAt)
        mergeSchedules()
        tell(.schedule(scope, document, issuedAt: issuedAt))
        noteEdits()
    }

    mutating func set(_ settings: NodeSettings) {
        noteProgrammesDue(before: wall)
        self.settings = settings
        merge()
        mergeSchedules()
        tell(.settings(settings))
        noteEdits()
    }

    mutating func setContent(_ hash: ContentHash, _ state: ContentState) {
        disk[hash] = state
        tell(.content(hash, state))
    }

    mutating func setContent(of broadcast: Broadcast, _ state: ContentState) {
        for audio in broadcast.audio { setContent(audio.sha256, state) }
    }

    /// Lets time pass, with all that the player reports and all wakes that the director asked for.
    mutating func run(seconds: Double) {
        let end = player.clock + Int64(seconds * 1000)
        while true {
            deliver()
            let next = nextInstant
            guard next <= end else { break }
            player.advance(to: max(next, player.clock), wallOffset: wallOffset)
            if player.reports.isEmpty { tell(.timer) }
        }
        player.advance(to: end, wallOffset: wallOffset)
        deliver()
        tell(.timer)
        deliver()
    }

    /// Tells all that has come to the disk, and that the player has reported.
    mutating func deliver() {
        while true {
            if player.takeLoss() {
                tell(.deviceLost("No such device"))
            } else if !arrived.isEmpty {
                let hash = arrived.removeFirst()
                tell(.content(hash, disk[hash] ?? .missing))
            } else if let report = player.takeReport() {
                tell(.player(report))
            } else {
                return
            }
        }
    }

    /// When the next wake or the player's next step is, in milliseconds.
    var nextInstant: Int64 {
        let wake = director.nextWake
        let byWall = wake?.wall.map { ceilingMilliseconds($0.nanoseconds) - wallOffset }
        let byMonotonic = wake?.monotonic.map(ceilingMilliseconds)
        let wakes = [byWall, byMonotonic].compactMap { $0 }.map { max($0, player.clock + 1) }
        return min(wakes.min() ?? .max, player.nextInstant ?? .max, player.clock + idle)
    }

    private func ceilingMilliseconds(_ nanoseconds: Int64) -> Int64 { (nanoseconds + 999_999) / 1_000_000 }

    /// Sets the wall clock.
    mutating func step(seconds: Double) {
        wallOffset += Int64(seconds * 1000)
        postponeProgrammes()
        tell(.clockStepped(seconds: seconds))
    }

    mutating func loseDevice() {
        // What the device played before is told before.
        deliver()
        player.loseDevice()
        deliver()
    }

    /// Takes the device away, which the player notices when it next needs it.
    mutating func pullDevice() { player.hasDevice = false }

    mutating func restoreDevice() {
        deliver()
        player.restoreDevice()
        tell(.deviceRestored)
    }

    /// The program dies and starts again, from the memory that was stored last: as JSON.
    ///
    /// - Parameter lag: seconds that were heard last and are not known.
    mutating func restart(afterSeconds off: Double = 0, knowingLess lag: Double = 0) {
        let heard = player.die().mapValues { heard in
            Heard(frames: max(0, heard.frames - Int64(lag * Double(heard.rate))), rate: heard.rate)
        }
        player.advance(to: player.clock + Int64(off * 1000), wallOffset: wallOffset)
        isStopping = false
        do {
            let stored = try Wire.encode(director.memory)
            if stored.count > 64_000 { violations.append("the memory has grown to \(stored.count) bytes") }
            let memory = try Wire.decode(Director.Memory.self, from: stored)
            director = Self.makeDirector(memory, warmUp: Double(player.warmUp) / 1000)
        } catch {
            violations.append("the memory cannot be stored: \(error)")
        }
        wanted = []
        arrived = []
        told = [:]
        tell(.restarted(heard: heard))
        if let settings { tell(.settings(settings)) }
        for scope in documents.keys.sorted() {
            guard let document = documents[scope] else { continue }
            tell(.broadcasts(scope, document.body, issuedAt: document.issuedAt))
        }
        for scope in schedules.keys.sorted() {
            guard let schedule = schedules[scope] else { continue }
            tell(.schedule(scope, schedule.body, issuedAt: schedule.issuedAt))
        }
        for hash in disk.keys.sorted() {
            guard let state = disk[hash] else { continue }
            tell(.content(hash, state))
        }
        if !player.hasDevice { loseDevice() }
    }

    mutating func stop() {
        isStopping = true
        tell(.stopping)
        deliver()
    }

    private mutating func merge() {
        inForce = [:]
        for scope in Set((settings?.scopes ?? []) + [Self.scope]).sorted() {
            guard let document = documents[scope] else { continue }
            for broadcast in document.body.broadcasts {
                if let other = inForce[broadcast.id.rawValue], other.issuedAt >= document.issuedAt { continue }
                inForce[broadcast.id.rawValue] = (broadcast, document.issuedAt)
            }
        }
    }

    private mutating func carryOut(_ effect: Effect) {
        switch effect {
        case .want(let audio):
            wanted = audio
            for each in audio where disk[each.sha256] == nil && defaultContent == .available {
                disk[each.sha256] = .available
                arrived.append(each.sha256)
            }
        case .load(let cue, _): cues[cue] = facts(of: cue)
        case .start(let cue, let start):
            cues[cue] = facts(of: cue) ?? cues[cue]
            checkStart(cue, isFirst: true)
            if case .at(let instant) = start, cue.kind == .programme, instant != cues[cue]?.due {
                violations.append("\(cue) was ordered to start at \(instant)")
            }
        case .resume(let cue, _):
            let isFirst = player.voices[cue]?.began == nil
            if isFirst { cues[cue] = facts(of: cue) ?? cues[cue] }
            checkStart(cue, isFirst: isFirst)
        default: break
        }
        player.carryOut(effect, wallOffset: wallOffset, fails: failures > 0 && dice.perMille(failures))
        if case .load(let cue, let order) = effect, givesBack > 0, dice.perMille(givesBack) {
            for audio in order.audio {
                disk[audio.sha256] = .missing
                arrived.append(audio.sha256)
            }
            player.giveBack(cue)
        }
    }
}
