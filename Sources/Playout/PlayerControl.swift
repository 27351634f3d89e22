import ALSAPlayback
import Glibc
import Logging
import Rendering
import RuntimeSupport
import Synchronization

/// The player's control side: turns calls into commands for the renderer, and its reports into events.
///
/// Called from any thread under one lock, which the mixer thread never takes while it plays.
final class PlayerControl: Sendable {
    /// Events that wait for a reader at most, and those from which on progress is left out.
    static let eventLimit = 65_536
    static let progressLimit = 64

    struct State {
        var voices: [VoiceID: Voice] = [:]
        /// The voice of each ticket that is not forgotten.
        var tickets: [UInt64: VoiceID] = [:]
        var freeSlots = Array((0..<Renderer.slots).reversed())
        /// Slots that the renderer, the decoder thread or both still use, by ticket.
        var users: [UInt64: (slot: Int, count: Int)] = [:]
        var nextTicket: UInt64 = 1
        var rate: Int
        var status: DeviceStatus
        var output = OutputLevel()
        var outputFaults: [OutputPart: String] = [:]
        /// Commands that found no room in the ring.
        var backlog: [RenderCommand] = []
        var knownXruns = 0
        var knownSuspensions = 0
        var hasEnded = false
        /// Events in the stream that nobody has read.
        var waiting = 0
    }

    /// How long a gain takes down and up, in seconds, where nobody says.
    private static let attack = 0.02
    private static let release = 0.3
    /// How long what comes in or leaves within its sound takes for it, in seconds.
    static let fade = 0.01

    /// The end of a voice for which there is no slot.
    static let noRoom = VoiceEnd.Completion.failed("more than \(Renderer.slots) voices")

    let link = RenderLink()
    let port: MixerPort
    let outlet: EventOutlet
    let clock: PlayerClock
    /// Takes the decks where they have no threads of their own.
    let bench: DeckBench?
    let logger: Logger
    let configuration: PlayerConfiguration
    let state: Locked<State>

    init(
        configuration: PlayerConfiguration, port: MixerPort, outlet: EventOutlet, clock: PlayerClock = .system,
        bench: DeckBench? = nil, logger: Logger
    ) {
        self.configuration = configuration
        self.port = port
        self.outlet = outlet
        self.clock = clock
        self.bench = bench
        self.logger = logger
        state = Locked(State(rate: configuration.rate, status: DeviceStatus(name: configuration.device)))
    }

    // MARK: - Calls

    func load(_ request: VoiceRequest) {
        state.withLock { state in
            guard state.voices[request.id] == nil else { return }
            let relays = makeRelays(request.id)
            guard !state.hasEnded, let deck = makeDeck(request, offset: request.offset, relays: relays, &state) else {
                let end = VoiceEnd(Self.noRoom, framesDue: 0, rate: state.rate, VoiceTally())
                emit(.ended(request.id, end), &state)
                return
            }
            state.voices[request.id] = Voice(request: request, deck: deck, relays: relays)
        }
    }

    func start(_ id: VoiceID, at start: PlayoutStart, ramp: Double?) {
        let stamp = clock.wall()
        state.withLock { state in
            guard var voice = state.voices[id], !voice.isStopping, !voice.hasStarted, voice.wish == nil else { return }
            voice.isPaused = false
            wish(Voice.Wish(start: start, ramp: ramp, stamp: stamp), of: &voice, &state)
            state.voices[id] = voice
            wakeMixer(&state)
        }
    }

    func setGain(_ id: VoiceID, decibels: Double, ramp: Double?) {
        state.withLock { state in
            guard var voice = state.voices[id] else { return }
            let ramp = ramp ?? (decibels < voice.request.gain ? Self.attack : Self.release)
            voice.request.gain = decibels
            state.voices[id] = voice
            if voice.pass.isAttached {
                send(.level, voice, ramp: RampShape(frames: frames(ramp, state), curve: .linear), &state)
                wakeMixer(&state)
            }
        }
    }

    func stop(_ id: VoiceID, ramp: Double) {
        state.withLock { state in
            stop(id, ramp: ramp, &state)
            wakeMixer(&state)
        }
    }

    var status: DeviceStatus {
        state.withLock { state in
            var status = state.status
            status.xruns = port.xruns.load(ordering: .relaxed)
            status.suspensions = port.suspensions.load(ordering: .relaxed)
            status.faults = state.outputFaults.values.sorted()
            let levels = link.levels
            status.levels = levels.peak.isFinite ? levels : nil
            if status.state == .idle, port.isPlaying.load(ordering: .relaxed) { status.state = .playing }
            return status
        }
    }

    /// Has everything fade and the mixer end.
    func end() {
        state.withLock { state in
            state.hasEnded = true
            for id in state.voices.keys { stop(id, ramp: 0.02, &state) }
        }
        port.isEnding.store(true, ordering: .relaxed)
        port.commands.signal()
    }

    // MARK: - Commands

    /// Has a voice start or go on from where its deck stands, as soon as enough is decoded.
    func wish(_ wish: Voice.Wish, of voice: inout Voice, _ state: inout State) {
        voice.wish = wish
        voice.deck.expect(startAt: monotonic(wish.start))
        if voice.pass.isPrimed { fulfil(&voice, &state) }
    }

    func fulfil(_ voice: inout Voice, _ state: inout State) {
        guard let wish = voice.wish.take() else { return }
        voice.hasStarted = true
        voice.pass.order = wish
        var instant = RenderCommand.immediately
        if case .instant(let nanoseconds) = wish.start, nanoseconds > clock.wall() {
            instant = nanoseconds
        } else {
            voice.deck.setPlaying(true)
        }
        enqueue(
            RenderCommand(
                .start, slot: voice.deck.slot, ticket: voice.deck.ticket, ramp: entrance(of: voice, wish.ramp, state),
                instant: instant, stamp: wish.stamp), &state)
    }

    func stop(_ id: VoiceID, ramp: Double, _ state: inout State) {
        guard var voice = state.voices[id], !voice.isStopping else { return }
        voice.isStopping = true
        // What waits until enough is decoded does not go on any more.
        voice.wish = nil
        state.voices[id] = voice
        if voice.pass.isAttached {
            send(.stop, voice, ramp: fade(ramp, state), &state)
        } else {
            voice.deck.cancel()
            finish(voice, .stopped, &state)
        }
    }

    func send(
        _ kind: RenderCommand.Kind, _ voice: Voice, ramp: RampShape, stamp: Int64 = 0, _ state: inout State
    ) {
        let gain = factor(voice, state)
        enqueue(
            RenderCommand(
                kind, slot: voice.deck.slot, ticket: voice.deck.ticket, gain: gain, ramp: ramp, stamp: stamp), &state)
    }

    func enqueue(_ command: RenderCommand, _ state: inout State) {
        state.backlog.append(command)
        flush(&state)
    }

    func flush(_ state: inout State) {
        var sent = 0
        while sent < state.backlog.count, link.send(state.backlog[sent]) { sent += 1 }
        state.backlog.removeFirst(sent)
    }

    func wakeMixer(_ state: inout State) {
        reviewOutput(&state)
        flush(&state)
        port.commands.signal()
    }

    func frames(_ seconds: Double, _ state: State) -> Int {
        seconds > 0 ? Int((min(seconds, 60) * Double(state.rate)).rounded()) : 0
    }

    func fade(_ seconds: Double, _ state: State) -> RampShape {
        RampShape(frames: frames(seconds, state), curve: .equalPower)
    }

    /// How a voice comes in where it stands: within a wave, full gain at once would click.
    func entrance(of voice: Voice, _ seconds: Double?, _ state: State) -> RampShape {
        fade(seconds ?? (voice.place > 0 ? Self.fade : 0), state)
    }
}
