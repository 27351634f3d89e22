import Glibc
import Logging
import Rendering
import RuntimeSupport

extension PlayerControl: Deck.Owner {
    func makeDeck(_ request: VoiceRequest, offset: Double, _ state: inout State) -> Deck? {
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
    func replaceDeck(of voice: inout Voice, offset: Double, _ state: inout State) -> Bool {
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
}
