import ALSAPlayback
import Logging
import RuntimeSupport

extension PlayerControl {
    /// Takes in what became of the device, after all that the renderer reported before.
    func hear(_ news: Mixer.DeviceNews) {
        switch news {
        case .opened(let parameters): opened(parameters)
        case .lost(let reason): lost(reason)
        }
    }

    func opened(_ parameters: PCMParameters) {
        logger.info(
            "device opened", metadata: ["device": "\(configuration.device)", "agreed": "\(parameters)"])
        state.withLock { state in
            takeReports(&state)
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
            // A card that came back has its volume to be set again.
            state.output.openings += 1
            port.output.signal()
            guard state.rate != parameters.rate else { return }
            state.rate = parameters.rate
            for (id, voice) in state.voices where !voice.isStopping {
                var voice = voice
                if adapt(&voice, &state) { state.voices[id] = voice }
            }
            flush(&state)
        }
    }

    /// Gives a voice a deck of the device's new rate. Returns false when there is no room for it; then the voice has ended.
    private func adapt(_ voice: inout Voice, _ state: inout State) -> Bool {
        if voice.isPaused {
            rest(&voice, since: clock.monotonic(), &state)
            return replaceDeck(of: &voice, offset: voice.place, &state)
        }
        guard voice.wasHeard, voice.rest == nil else {
            // It has not begun, or was about to go on.
            let order = voice.wish ?? voice.pass.order
            guard replaceDeck(of: &voice, offset: voice.place, &state) else { return false }
            if let order { wish(order, of: &voice, &state) }
            return true
        }
        // It has gone on by the clock, and does until its deck is ready. Nothing is left out of it: that passed, and nobody heard it.
        voice.rest = Voice.Rest(place: voice.place, since: voice.pass.reported)
        let edge = Voice.Edge(point: .liveEdge, lead: Self.leads.lowerBound)
        guard rejoin(&voice, at: edge, ramp: nil, stamp: clock.wall(), &state) else { return false }
        voice.rest = voice.wish.map { Voice.Rest(place: voice.place, since: monotonic($0.start)) }
        return true
    }

    func lost(_ reason: String) {
        let names = PCMCatalogue.playbackNames()
        let hint =
            names.isEmpty
            ? "There is no sound card. Is it plugged in?" : "Devices here: \(names.joined(separator: ", "))"
        logger.error(
            "device lost", metadata: ["device": "\(configuration.device)", "reason": "\(reason)", "hint": "\(hint)"])
        state.withLock { state in
            takeReports(&state)
            state.status.state = .lost(reason)
            state.status.hint = hint
            emit(.deviceLost(reason), &state)
            forgetOutputLevel(&state)
        }
    }
}
