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
        for voice in state.voices.values {
            voice.deck.cancel()
            finish(voice, .stopped, &state)
        }
        state.status.state = .closed
        outlet.finish()
    }

    func handle(_ event: RenderEvent, _ state: inout State) {
        guard let id = state.tickets[event.ticket], var voice = state.voices[id] else {
            if event.isEnd { leave(event.ticket, &state) }
            return
        }
        let instant = event.instant - clock.distance
        voice.note(event, at: instant)
        if event.underrun > 0, !voice.hasGap {
            voice.hasGap = true
            state.status.voiceUnderruns += 1
        }
        switch event.kind {
        case .started where !voice.wasHeard:
            voice.wasHeard = true
            voice.rest = nil
            voice.deck.setPlaying(true)
            emit(.started(id, wallNanoseconds: event.instant, error: Double(event.lateness) / 1e9), &state)
        case .started, .resumed:
            voice.endRest()
            voice.deck.setPlaying(true)
            emit(.resumed(id, wallNanoseconds: event.instant, position: voice.frames(voice.place)), &state)
        case .progress:
            emit(.progress(id, framesHeard: voice.heard), &state)
        case .paused:
            voice.deck.setPlaying(false)
            rest(&voice, since: instant, &state)
        case .finished, .stopped:
            leave(event.ticket, &state)
            voice.deck.cancel()
            // Where it would be by now was its end.
            if event.kind == .finished { voice.endRest() }
            var completion: VoiceEnd.Completion = event.kind == .finished ? .finished : .stopped
            if let failure = voice.failure, event.kind == .finished || !voice.pass.isPrimed {
                completion = .failed(failure)
            }
            finish(voice, completion, &state)
            return
        }
        state.voices[id] = voice
    }

    /// A voice is silent from here on, since an instant of the monotonic clock. One that has been silent all along says nothing new.
    func rest(_ voice: inout Voice, since instant: Int64, _ state: inout State) {
        guard voice.rest == nil else { return }
        voice.rest = Voice.Rest(place: voice.place, since: instant)
        emit(.paused(voice.request.id, framesHeard: voice.heard), &state)
    }

    /// Ends a voice, with all that was heard of it.
    func finish(_ voice: Voice, _ completion: VoiceEnd.Completion, _ state: inout State) {
        state.voices[voice.request.id] = nil
        state.tickets[voice.deck.ticket] = nil
        voice.relays.cancel()
        emit(.ended(voice.request.id, voice.end(completion)), &state)
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
