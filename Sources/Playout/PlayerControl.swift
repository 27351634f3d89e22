import ALSAPlayback
import Glibc
import Logging
import Rendering
import RuntimeSupport
import Synchronization

/// The player's control side: turns calls into commands for the renderer, and its reports into events.
///
/// Called from any thread under one lock, which the mixer thread never takes while it plays.
final class PlayerControl: Sendable, Deck.Owner {
    /// Events that wait for a reader at most, and those from which on progress is left out.
    static let eventLimit = 65_536
    private static let progressLimit = 64

    private struct State {
        var voices: [VoiceID: Voice] = [:]
        /// The voice of each ticket that is not forgotten.
        var tickets: [UInt64: VoiceID] = [:]
        var freeSlots = Array((0..<Renderer.slots).reversed())
        /// Slots that the renderer, the decoder thread or both still use, by ticket.
        var users: [UInt64: (slot: Int, count: Int)] = [:]
        var nextTicket: UInt64 = 1
        var rate: Int
        var status: DeviceStatus
        /// Commands that found no room in the ring.
        var backlog: [RenderCommand] = []
        var knownXruns = 0
        var hasEnded = false
        /// Events in the stream that nobody has read.
        var waiting = 0
    }

    let link = RenderLink()
    let port: MixerPort
    private let sink: AsyncStream<PlayerEvent>.Continuation
    private let logger: Logger
    private let configuration: PlayerConfiguration
    private let state: Locked<State>

    init(
        configuration: PlayerConfiguration, port: MixerPort, sink: AsyncStream<PlayerEvent>.Continuation,
        logger: Logger
    ) {
        self.configuration = configuration
        self.port = port
        self.sink = sink
        self.logger = logger
        state = Locked(State(rate: configuration.rate, status: DeviceStatus(name: configuration.device)))
    }

    // MARK: - Calls

    func load(_ request: VoiceRequest) {
        state.withLock { state in
            guard state.voices[request.id] == nil else { return }
            guard !state.hasEnded, let deck = makeDeck(request, offset: request.offset, &state) else {
                emit(
                    .ended(request.id, end(.failed("more than \(Renderer.slots) voices"), rate: state.rate)), &state)
                return
            }
            state.voices[request.id] = Voice(request: request, deck: deck)
        }
    }

    func start(_ id: VoiceID, at start: PlayoutStart, ramp: Double) {
        let stamp = WallClock.nanoseconds
        state.withLock { state in
            guard var voice = state.voices[id], !voice.isStopping, !voice.hasStarted, voice.wish == nil else { return }
            voice.wish = Voice.Wish(start: start, ramp: ramp, stamp: stamp)
            voice.isPaused = false
            if voice.isPrimed { fulfil(&voice, &state) }
            state.voices[id] = voice
            wakeMixer(&state)
        }
    }

    func pause(_ id: VoiceID, ramp: Double) {
        state.withLock { state in
            guard var voice = state.voices[id], !voice.isStopping, !voice.isPaused else { return }
            voice.isPaused = true
            voice.wish = nil
            if voice.isPrimed {
                send(.pause, voice, ramp: fade(ramp, state), &state)
            } else {
                voice.pausedPosition = 0
                voice.pausedAt = MonotonicClock.nanoseconds
                emit(.paused(id, framesHeard: 0), &state)
            }
            state.voices[id] = voice
            wakeMixer(&state)
        }
    }

    func resume(_ id: VoiceID, from point: ResumePoint, ramp: Double) {
        let stamp = WallClock.nanoseconds
        state.withLock { state in
            guard var voice = state.voices[id], !voice.isStopping, voice.isPaused else { return }
            voice.isPaused = false
            voice.wish = Voice.Wish(start: .now, ramp: ramp, stamp: stamp)
            let base = voice.deck.offset
            switch point {
            case .heard:
                if voice.isPrimed {
                    voice.wish = nil
                    send(.resume, voice, ramp: fade(ramp, state), stamp: stamp, &state)
                    voice.deck.setPlaying(true)
                }
            case .beginning:
                guard replaceDeck(of: &voice, offset: 0, &state) else { return }
            case .liveEdge:
                let passed = Double(MonotonicClock.nanoseconds - voice.pausedAt) / 1e9
                let position = Double(voice.pausedPosition) / Double(voice.deck.rate)
                guard replaceDeck(of: &voice, offset: base + position + max(passed, 0), &state) else { return }
            }
            state.voices[id] = voice
            wakeMixer(&state)
        }
    }

    func setGain(_ id: VoiceID, decibels: Double, ramp: Double) {
        state.withLock { state in
            guard var voice = state.voices[id] else { return }
            voice.request.gain = decibels
            state.voices[id] = voice
            if voice.isAttached {
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

    // MARK: - Decks

    private func makeDeck(_ request: VoiceRequest, offset: Double, _ state: inout State) -> Deck? {
        guard let slot = state.freeSlots.popLast() else { return nil }
        let ring = link.ring(slot)
        ring.reset()
        let ticket = state.nextTicket
        state.nextTicket += 1
        do throws(SystemError) {
            let prime = Int((configuration.bufferDuration + 0.05) * Double(state.rate))
            let deck = try Deck(
                slot: slot, ticket: ticket, request: request, offset: offset, rate: state.rate, primeFrames: prime,
                ring: ring)
            try deck.begin(for: self)
            state.users[ticket] = (slot, 1)
            state.tickets[ticket] = request.id
            return deck
        } catch {
            logger.error("no decoder thread", metadata: ["reason": "\(error)"])
            state.freeSlots.append(slot)
            return nil
        }
    }

    /// Gives the voice a new deck that begins at `offset` seconds and starts as its wish says.
    ///
    /// - Returns: false when there is no room for it; then the voice has ended.
    private func replaceDeck(of voice: inout Voice, offset: Double, _ state: inout State) -> Bool {
        forget(voice.deck, isAttached: voice.isAttached, &state)
        guard let deck = makeDeck(voice.request, offset: offset, &state) else {
            finish(
                voice.request.id,
                end(.failed("more than \(Renderer.slots) voices"), due: voice.framesDue, rate: voice.deck.rate), &state)
            wakeMixer(&state)
            return false
        }
        voice.deck = deck
        voice.isAttached = false
        voice.isPrimed = false
        return true
    }

    private func forget(_ deck: Deck, isAttached: Bool, _ state: inout State) {
        state.tickets[deck.ticket] = nil
        deck.cancel()
        if isAttached {
            enqueue(RenderCommand(.stop, slot: deck.slot, ticket: deck.ticket), &state)
        }
    }

    private func leave(_ ticket: UInt64, _ state: inout State) {
        guard var user = state.users[ticket] else { return }
        user.count -= 1
        if user.count > 0 {
            state.users[ticket] = user
            return
        }
        state.users[ticket] = nil
        // The lowest slots are used again first, so that the others cost no memory.
        let place = state.freeSlots.firstIndex { $0 < user.slot } ?? state.freeSlots.count
        state.freeSlots.insert(user.slot, at: place)
    }

    func deck(_ deck: Deck, opened channels: Int, framesDue: Int64) {
        state.withLock { state in
            guard let id = state.tickets[deck.ticket], var voice = state.voices[id] else { return }
            let gain = Float(Decibels.factor(voice.request.gain))
            voice.isAttached = true
            voice.framesDue = framesDue
            state.users[deck.ticket]?.count += 1
            enqueue(
                RenderCommand(.attach, slot: deck.slot, ticket: deck.ticket, channels: channels, gain: gain), &state)
            state.voices[id] = voice
        }
    }

    func deckIsPrimed(_ deck: Deck) {
        state.withLock { state in
            guard let id = state.tickets[deck.ticket], var voice = state.voices[id] else { return }
            voice.isPrimed = true
            if !voice.wasLoaded {
                voice.wasLoaded = true
                emit(.loaded(id, framesDue: voice.framesDue, rate: deck.rate), &state)
            }
            if voice.isPaused {
                send(.pause, voice, ramp: .immediate, &state)
            } else if voice.wish != nil {
                fulfil(&voice, &state)
            }
            state.voices[id] = voice
            wakeMixer(&state)
        }
    }

    func deck(_ deck: Deck, closed failure: String?) {
        state.withLock { state in
            leave(deck.ticket, &state)
            guard let id = state.tickets[deck.ticket], var voice = state.voices[id] else { return }
            if let total = deck.framesWritten { voice.framesDue = total }
            voice.failure = failure
            state.voices[id] = voice
            guard failure != nil, !voice.isPrimed else { return }
            // Nothing can be played.
            if voice.isAttached {
                voice.isStopping = true
                state.voices[id] = voice
                send(.stop, voice, ramp: .immediate, &state)
                wakeMixer(&state)
            } else {
                finish(id, end(.failed(failure ?? ""), rate: deck.rate), &state)
            }
        }
    }

    // MARK: - Commands

    private func fulfil(_ voice: inout Voice, _ state: inout State) {
        guard let wish = voice.wish.take() else { return }
        voice.hasStarted = true
        if voice.firstWish == nil { voice.firstWish = wish }
        var instant = RenderCommand.immediately
        if case .instant(let nanoseconds) = wish.start, nanoseconds > WallClock.nanoseconds {
            instant = nanoseconds
        } else {
            voice.deck.setPlaying(true)
        }
        enqueue(
            RenderCommand(
                .start, slot: voice.deck.slot, ticket: voice.deck.ticket, ramp: fade(wish.ramp, state),
                instant: instant, stamp: wish.stamp), &state)
    }

    private func stop(_ id: VoiceID, ramp: Double, _ state: inout State) {
        guard var voice = state.voices[id], !voice.isStopping else { return }
        voice.isStopping = true
        state.voices[id] = voice
        if voice.isAttached {
            send(.stop, voice, ramp: fade(ramp, state), &state)
        } else {
            voice.deck.cancel()
            finish(id, end(.stopped, due: voice.framesDue, rate: voice.deck.rate), &state)
        }
    }

    private func send(
        _ kind: RenderCommand.Kind, _ voice: Voice, ramp: RampShape, stamp: Int64 = 0, _ state: inout State
    ) {
        let gain = Float(Decibels.factor(voice.request.gain))
        enqueue(
            RenderCommand(
                kind, slot: voice.deck.slot, ticket: voice.deck.ticket, gain: gain, ramp: ramp, stamp: stamp), &state)
    }

    private func enqueue(_ command: RenderCommand, _ state: inout State) {
        state.backlog.append(command)
        flush(&state)
    }

    private func flush(_ state: inout State) {
        var sent = 0
        while sent < state.backlog.count, link.send(state.backlog[sent]) { sent += 1 }
        state.backlog.removeFirst(sent)
    }

    private func wakeMixer(_ state: inout State) {
        flush(&state)
        port.commands.signal()
    }

    private func frames(_ seconds: Double, _ state: State) -> Int {
        seconds > 0 ? Int((min(seconds, 60) * Double(state.rate)).rounded()) : 0
    }

    private func fade(_ seconds: Double, _ state: State) -> RampShape {
        RampShape(frames: frames(seconds, state), curve: .equalPower)
    }

    // MARK: - Reports

    /// Turns the mixer's reports into events until the mixer has ended. For the control thread.
    func listen() {
        while true {
            var descriptor = pollfd(fd: port.reports.descriptor, events: Int16(POLLIN), revents: 0)
            unsafe poll(&descriptor, 1, -1)
            port.reports.clear()
            let hasEnded = port.hasEnded.load(ordering: .acquiring)
            state.withLock { state in
                while let event = link.nextEvent() { handle(event, &state) }
                let xruns = port.xruns.load(ordering: .relaxed)
                if xruns > state.knownXruns {
                    state.knownXruns = xruns
                    emit(.xrun(count: xruns), &state)
                }
                flush(&state)
                if hasEnded { close(&state) }
            }
            if hasEnded { return }
        }
    }

    private func close(_ state: inout State) {
        state.hasEnded = true
        for (id, voice) in state.voices {
            voice.deck.cancel()
            finish(id, end(.stopped, due: voice.framesDue, rate: voice.deck.rate), &state)
        }
        state.status.state = .closed
        sink.finish()
    }

    private func handle(_ event: RenderEvent, _ state: inout State) {
        guard let id = state.tickets[event.ticket], var voice = state.voices[id] else {
            if event.isEnd { leave(event.ticket, &state) }
            return
        }
        voice.lastPosition = event.position
        switch event.kind {
        case .started where !voice.wasHeard:
            voice.wasHeard = true
            voice.deck.setPlaying(true)
            emit(.started(id, wallNanoseconds: event.instant, error: Double(event.lateness) / 1e9), &state)
        case .started, .resumed:
            voice.deck.setPlaying(true)
            let position = event.position + Int64((voice.deck.offset * Double(voice.deck.rate)).rounded())
            emit(.resumed(id, wallNanoseconds: event.instant, position: position), &state)
        case .progress:
            emit(.progress(id, framesHeard: event.heard), &state)
        case .paused:
            voice.deck.setPlaying(false)
            voice.pausedPosition = event.position
            voice.pausedAt = MonotonicClock.nanoseconds
            emit(.paused(id, framesHeard: event.heard), &state)
        case .finished, .stopped:
            leave(event.ticket, &state)
            voice.deck.cancel()
            var completion: VoiceEnd.Completion = event.kind == .finished ? .finished : .stopped
            if let failure = voice.failure, event.kind == .finished || !voice.isPrimed {
                completion = .failed(failure)
            }
            let result = VoiceEnd(
                completion: completion, framesDue: voice.framesDue, framesHeard: event.heard, rate: voice.deck.rate,
                peak: Decibels.level(Double(event.peak)), underrunFrames: event.underrun)
            finish(id, result, &state)
            return
        }
        state.voices[id] = voice
    }

    private func finish(_ id: VoiceID, _ result: VoiceEnd, _ state: inout State) {
        if let voice = state.voices.removeValue(forKey: id) { state.tickets[voice.deck.ticket] = nil }
        emit(.ended(id, result), &state)
    }

    private func end(_ completion: VoiceEnd.Completion, due: Int64 = 0, rate: Int) -> VoiceEnd {
        VoiceEnd(
            completion: completion, framesDue: due, framesHeard: 0, rate: rate, peak: -.infinity, underrunFrames: 0)
    }

    private func emit(_ event: PlayerEvent, _ state: inout State) {
        if case .progress = event, state.waiting > Self.progressLimit {
            // Ask again with the next event that must not be lost.
            state.waiting -= 1
            return
        }
        if case .enqueued(let remaining) = sink.yield(event) { state.waiting = Self.eventLimit - remaining }
    }

    // MARK: - The device

    func hear(_ news: Mixer.DeviceNews) {
        switch news {
        case .opened(let parameters): opened(parameters)
        case .lost(let reason): lost(reason)
        }
    }

    private func opened(_ parameters: PCMParameters) {
        logger.info(
            "device opened", metadata: ["device": "\(configuration.device)", "agreed": "\(parameters)"])
        state.withLock { state in
            if case .lost = state.status.state { emit(.deviceRestored, &state) }
            state.status.state = .idle
            state.status.rate = parameters.rate
            state.status.format = parameters.format.name
            state.status.channels = parameters.channels
            state.status.bufferFrames = parameters.bufferFrames
            state.status.periodFrames = parameters.periodFrames
            state.status.canRewind = parameters.canRewind
            state.status.hint =
                parameters.canRewind ? "" : "This device cannot take back what was written: short buffer, more CPU."
            guard state.rate != parameters.rate else { return }
            state.rate = parameters.rate
            for (id, voice) in state.voices where !voice.isStopping {
                var voice = voice
                let position = Double(voice.lastPosition) / Double(voice.deck.rate)
                if voice.hasStarted, !voice.isPaused {
                    let goOn = Voice.Wish(start: .now, ramp: 0.01, stamp: WallClock.nanoseconds)
                    voice.wish = voice.wasHeard ? goOn : voice.firstWish
                }
                guard replaceDeck(of: &voice, offset: voice.deck.offset + position, &state) else { continue }
                state.voices[id] = voice
            }
            flush(&state)
        }
    }

    private func lost(_ reason: String) {
        let names = PCMCatalogue.playbackNames()
        let hint =
            names.isEmpty
            ? "There is no sound card. Is it plugged in?" : "Devices here: \(names.joined(separator: ", "))"
        logger.error(
            "device lost", metadata: ["device": "\(configuration.device)", "reason": "\(reason)", "hint": "\(hint)"])
        state.withLock { state in
            state.status.state = .lost(reason)
            state.status.hint = hint
            emit(.deviceLost(reason), &state)
        }
    }
}
