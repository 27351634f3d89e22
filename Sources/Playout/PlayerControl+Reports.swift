import Glibc
import Logging
import Rendering
import RuntimeSupport
import Synchronization

extension PlayerControl {
    /// Turns the mixer's reports into events until the mixer has ended. For the control thread.
    func listen() {
        while true {
            var descriptor = pollfd(fd: port.reports.descriptor, events: Int16(POLLIN), revents: 0)
            unsafe poll(&descriptor, 1, -1)
            port.reports.clear()
            let hasEnded = port.hasEnded.load(ordering: .acquiring)
            state.withLock { state in
                takeReports(&state)
                let xruns = port.xruns.load(ordering: .relaxed)
                if xruns > state.knownXruns {
                    state.knownXruns = xruns
                    emit(.xrun(count: xruns), &state)
                }
                let suspensions = port.suspensions.load(ordering: .relaxed)
                if suspensions > state.knownSuspensions {
                    state.knownSuspensions = suspensions
                    logger.notice("the machine was suspended while the device was open")
                    emit(.suspended(count: suspensions), &state)
                }
                reviewOutput(&state)
                flush(&state)
                if hasEnded { close(&state) }
            }
            if hasEnded { return }
        }
    }

    /// Turns what the renderer has reported into events.
    func takeReports(_ state: inout State) {
        while let event = link.nextEvent() { handle(event, &state) }
    }

    func close(_ state: inout State) {
        state.hasEnded = true
        for (id, voice) in state.voices {
            voice.deck.cancel()
            finish(id, end(.stopped, due: voice.framesDue, rate: voice.deck.rate), &state)
        }
        state.status.state = .closed
        outlet.finish()
    }

    func handle(_ event: RenderEvent, _ state: inout State) {
        guard let id = state.tickets[event.ticket], var voice = state.voices[id] else {
            if event.isEnd { leave(event.ticket, &state) }
            return
        }
        voice.lastPosition = event.position
        voice.lastHeard = event.heard
        let heard = voice.heardBefore + event.heard
        switch event.kind {
        case .started where !voice.wasHeard:
            voice.wasHeard = true
            voice.deck.setPlaying(true)
            emit(.started(id, wallNanoseconds: event.instant, error: Double(event.lateness) / 1e9), &state)
        case .started, .resumed:
            voice.isSilent = false
            voice.deck.setPlaying(true)
            let position = event.position + Int64((voice.deck.offset * Double(voice.deck.rate)).rounded())
            emit(.resumed(id, wallNanoseconds: event.instant, position: position), &state)
        case .progress:
            emit(.progress(id, framesHeard: heard), &state)
        case .paused:
            voice.deck.setPlaying(false)
            voice.pausedPosition = event.position
            voice.pausedAt = clock.monotonic()
            voice.isSilent = true
            emit(.paused(id, framesHeard: heard), &state)
        case .finished, .stopped:
            leave(event.ticket, &state)
            voice.deck.cancel()
            var completion: VoiceEnd.Completion = event.kind == .finished ? .finished : .stopped
            if let failure = voice.failure, event.kind == .finished || !voice.isPrimed {
                completion = .failed(failure)
            }
            voice.keep(event.position)
            var result = VoiceEnd(
                completion: completion, framesDue: voice.framesDue, framesHeard: heard, rate: voice.deck.rate,
                peak: Decibels.level(Double(event.peak)), underrunFrames: event.underrun)
            result.framesSkipped = voice.skipped
            result.relay = voice.account
            if event.underrun > 0 { state.status.voiceUnderruns += 1 }
            finish(id, result, &state)
            return
        }
        state.voices[id] = voice
    }

    func finish(_ id: VoiceID, _ result: VoiceEnd, _ state: inout State) {
        if let voice = state.voices.removeValue(forKey: id) {
            state.tickets[voice.deck.ticket] = nil
            voice.relays.cancel()
        }
        emit(.ended(id, result), &state)
    }

    func end(_ completion: VoiceEnd.Completion, due: Int64 = 0, rate: Int) -> VoiceEnd {
        VoiceEnd(
            completion: completion, framesDue: due, framesHeard: 0, rate: rate, peak: -.infinity, underrunFrames: 0)
    }

    func emit(_ event: PlayerEvent, _ state: inout State) {
        if case .progress = event, state.waiting > Self.progressLimit {
            // Ask again with the next event that must not be lost.
            state.waiting -= 1
            return
        }
        if let waiting = outlet.give(event) { state.waiting = waiting }
    }
}
