import Glibc
import Logging
import Relaying
import Rendering
import RuntimeSupport

extension PlayerControl: Deck.Owner {
    func makeDeck(
        _ request: VoiceRequest, offset: Double, relays: VoiceRelays, _ state: inout State
    ) -> Deck? {
        guard let slot = state.freeSlots.popLast() else { return nil }
        let ring = link.ring(slot)
        ring.reset()
        let ticket = state.nextTicket
        state.nextTicket += 1
        do throws(SystemError) {
            let prime = Int((configuration.bufferDuration + 0.05) * Double(state.rate))
            let deck = try Deck(
                slot: slot, ticket: ticket, request: request, offset: offset, rate: state.rate, primeFrames: prime,
                ring: ring, relays: relays)
            if let bench { bench.take(deck) } else { try deck.begin(for: self) }
            state.users[ticket] = (slot, 1)
            state.tickets[ticket] = request.id
            return deck
        } catch {
            logger.error("no decoder thread", metadata: ["reason": "\(error)"])
            state.freeSlots.append(slot)
            return nil
        }
    }

    func makeRelays(_ id: VoiceID) -> VoiceRelays {
        VoiceRelays(
            limits: configuration.relayLimits, authorities: configuration.relayAuthorities, isOffline: bench != nil
        ) { [logger] news in
            switch news {
            case .connected(let times):
                logger.info("relay connected", metadata: ["voice": "\(id)", "times": "\(times)"])
            case .title(let title): logger.info("relay says", metadata: ["voice": "\(id)", "title": "\(title)"])
            case .lost(let reason, let wait):
                logger.info(
                    "relay lost", metadata: ["voice": "\(id)", "reason": "\(reason)", "again in": "\(wait)"])
            }
        }
    }

    /// When a start is due on the monotonic clock.
    func monotonic(_ start: PlayoutStart) -> Int64 {
        let now = clock.monotonic()
        guard case .instant(let instant) = start else { return now }
        let (due, overflow) = instant.subtractingReportingOverflow(clock.distance)
        return overflow ? now : min(max(now, due), 1 << 62)
    }

    /// Gives the voice a new deck that begins at `offset` seconds. What still sounds of the old one leaves in a fade.
    ///
    /// - Returns: false when there is no room for it; then the voice has ended.
    func replaceDeck(of voice: inout Voice, offset: Double, _ state: inout State) -> Bool {
        let old = voice.pass
        state.tickets[old.deck.ticket] = nil
        old.deck.cancel()
        // At another rate it would sound wrong, and nobody has heard it lately.
        let ramp = old.deck.rate == state.rate ? fade(Self.fade, state) : .immediate
        if old.isAttached { send(.stop, voice, ramp: ramp, &state) }
        guard let deck = makeDeck(voice.request, offset: offset, relays: voice.relays, &state) else {
            finish(voice, Self.noRoom, &state)
            wakeMixer(&state)
            return false
        }
        voice.change(to: deck)
        return true
    }

    func leave(_ ticket: UInt64, _ state: inout State) {
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

    func deck(_ deck: Deck, opened channels: Int, layout: VoiceLayout) {
        state.withLock { state in
            guard let id = state.tickets[deck.ticket], var voice = state.voices[id] else { return }
            let gain = factor(voice, state)
            voice.pass.isAttached = true
            voice.layout = layout
            voice.framesDue = voice.due(layout.frames)
            state.users[deck.ticket]?.count += 1
            enqueue(
                RenderCommand(.attach, slot: deck.slot, ticket: deck.ticket, channels: channels, gain: gain), &state)
            state.voices[id] = voice
        }
    }

    func deckIsPrimed(_ deck: Deck) {
        state.withLock { state in
            guard let id = state.tickets[deck.ticket], var voice = state.voices[id] else { return }
            voice.pass.isPrimed = true
            if !voice.wasLoaded {
                voice.wasLoaded = true
                emit(.loaded(id, framesDue: voice.framesDue, rate: deck.rate), &state)
            }
            if voice.isPaused { deck.setPlaying(false) }
            if let wish = voice.wish, let edge = laterEdge(of: voice, state) {
                guard rejoin(&voice, at: edge, ramp: wish.ramp, stamp: wish.stamp, &state) else { return }
            } else {
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
            if let total = deck.framesWritten { voice.framesDue = voice.due(total) }
            voice.failure = failure
            state.voices[id] = voice
            guard let failure, !voice.pass.isPrimed else { return }
            // Nothing can be played.
            if voice.pass.isAttached {
                voice.isStopping = true
                state.voices[id] = voice
                send(.stop, voice, ramp: .immediate, &state)
                wakeMixer(&state)
            } else {
                finish(voice, .failed(failure), &state)
            }
        }
    }
}
