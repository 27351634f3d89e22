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
        let (distance, overflow) = instant.subtractingReportingOverflow(clock.wall())
        return overflow ? now : now + min(max(0, distance), 1 << 60)
    }

    /// Gives the voice a new deck that begins at `offset` seconds and starts as its wish says.
    ///
    /// - Parameter position: how many frames of the old deck count as played, or nil when the voice begins anew.
    /// - Returns: false when there is no room for it; then the voice has ended.
    func replaceDeck(
        of voice: inout Voice, offset: Double, played position: Int64?, _ state: inout State
    ) -> Bool {
        forget(voice.deck, isAttached: voice.isAttached, &state)
        voice.keep(position)
        let old = voice.deck.rate
        guard let deck = makeDeck(voice.request, offset: offset, relays: voice.relays, &state) else {
            voice.relays.cancel()
            finish(
                voice.request.id,
                end(.failed("more than \(Renderer.slots) voices"), due: voice.framesDue, rate: voice.deck.rate), &state)
            wakeMixer(&state)
            return false
        }
        voice.deck = deck
        voice.heardBefore = voice.heardBefore * Int64(deck.rate) / Int64(old)
        voice.skipped = voice.skipped * Int64(deck.rate) / Int64(old)
        if voice.wish != nil { deck.expect(startAt: clock.monotonic()) }
        voice.isAttached = false
        voice.isPrimed = false
        return true
    }

    func forget(_ deck: Deck, isAttached: Bool, _ state: inout State) {
        state.tickets[deck.ticket] = nil
        deck.cancel()
        if isAttached {
            enqueue(RenderCommand(.stop, slot: deck.slot, ticket: deck.ticket), &state)
        }
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
            voice.isAttached = true
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
            if let total = deck.framesWritten { voice.framesDue = voice.due(total) }
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
}
