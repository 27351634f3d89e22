import Rendering
import RuntimeSupport
import Synchronization

/// Silence in the midst of a voice, and where it goes on.
extension PlayerControl {
    /// How long before the instant of a live edge its deck is made, in nanoseconds, at first and at the longest.
    static let leads: ClosedRange<Int64> = 250_000_000...4_000_000_000
    /// How long before an instant the mixer must know of it to begin on its frame, on a device that stands still.
    private static let placing: Int64 = 60_000_000

    func pause(_ id: VoiceID, ramp: Double) {
        state.withLock { state in
            guard var voice = state.voices[id], !voice.isStopping, !voice.isPaused else { return }
            voice.isPaused = true
            voice.wish = nil
            if voice.pass.order != nil {
                send(.pause, voice, ramp: fade(ramp, state), &state)
            } else {
                voice.deck.setPlaying(false)
                rest(&voice, since: clock.monotonic(), &state)
            }
            state.voices[id] = voice
            wakeMixer(&state)
        }
    }

    func resume(_ id: VoiceID, from point: ResumePoint, ramp: Double?) {
        let stamp = clock.wall()
        state.withLock { state in
            guard var voice = state.voices[id], !voice.isStopping, voice.isPaused else { return }
            voice.isPaused = false
            let now = Voice.Wish(start: .now, ramp: ramp, stamp: stamp)
            if point == .beginning {
                guard replaceDeck(of: &voice, offset: 0, &state) else { return }
                voice.forgetPast()
                voice.rest = Voice.Rest(place: 0, since: clock.monotonic())
                wish(now, of: &voice, &state)
            } else if voice.liveEdge(at: clock.monotonic(), from: point) != nil {
                let edge = Voice.Edge(point: point, lead: Self.leads.lowerBound)
                guard rejoin(&voice, at: edge, ramp: ramp, stamp: stamp, &state) else { return }
            } else if let rest = voice.rest, rest.place != voice.place {
                // It was to go on elsewhere, and was paused again before it did.
                guard replaceDeck(of: &voice, offset: rest.place, &state) else { return }
                wish(now, of: &voice, &state)
            } else if voice.pass.order == nil {
                wish(now, of: &voice, &state)
            } else {
                send(.resume, voice, ramp: entrance(of: voice, ramp, state), stamp: stamp, &state)
                voice.deck.setPlaying(true)
            }
            state.voices[id] = voice
            wakeMixer(&state)
        }
    }

    /// Has a silent voice go on where it would be by now: on a new deck, which begins with the frame that is due at an instant so far
    /// ahead that it is ready by then, and which starts at that instant.
    ///
    /// - Returns: false when there is no room for it; then the voice has ended.
    func rejoin(
        _ voice: inout Voice, at edge: Voice.Edge, ramp: Double?, stamp: Int64, _ state: inout State
    ) -> Bool {
        let warmUp = port.needsAmplifier.load(ordering: .relaxed) ? 0 : Int64(configuration.warmUp * 1e9)
        let instant = clock.monotonic() + edge.lead + warmUp
        let place = voice.liveEdge(at: instant, from: edge.point) ?? voice.frames(voice.place)
        guard replaceDeck(of: &voice, offset: Double(place) / Double(voice.deck.rate), &state) else { return false }
        let start = PlayoutStart.instant(wallNanoseconds: instant + clock.distance)
        wish(Voice.Wish(start: start, ramp: ramp, stamp: stamp, edge: edge), of: &voice, &state)
        return true
    }

    /// The live edge for a voice whose deck took so long that the instant of the one that was chosen has passed, or is too near.
    func laterEdge(of voice: Voice, _ state: State) -> Voice.Edge? {
        guard voice.rest != nil, let wish = voice.wish, var edge = wish.edge, case .instant(let instant) = wish.start,
            instant - clock.wall() < Self.placing
        else { return nil }
        edge.lead *= 2
        return Self.leads.contains(edge.lead) && !state.freeSlots.isEmpty ? edge : nil
    }
}
