import Broadcasting

extension Director {
    mutating func take(_ report: PlayerReport) {
        guard let index = index(of: report.cue) else { return }
        switch report {
        case .loaded: break
        case .started(_, let instant, let error): noteStart(index, at: instant, error: error)
        case .progress(_, let heard): playbacks[index].heard = heard
        case .paused(_, let heard): notePause(index, heard)
        case .resumed:
            guard playbacks[index].startRecorded else {
                return noteStart(index, at: time.reckoned, error: 0)
            }
            noteResumption(index)
        case .ended(_, let end): noteEnd(index, end)
        }
    }

    private mutating func noteStart(_ index: Int, at instant: Timestamp, error: Double) {
        // Without a sound card it goes on by the clock, unheard, until it is taken back.
        guard !playbacks[index].startRecorded, !isDeviceLost, !playbacks[index].isTakenBack else { return }
        if !playbacks[index].hasBegun { markBegun(index, at: time.monotonic) }
        if playbacks[index].voice?.isArmed == true { playbacks[index].voice?.state = .playing }
        if playbacks[index].voice?.state == .playing {
            // What is played counts from its first frame, not from the order.
            playbacks[index].soundsSince = time.monotonic
        } else {
            playbacks[index].soundsSince = nil
        }
        playbacks[index].startRecorded = true
        let cue = playbacks[index].cue
        var event = event(playbacks[index].earlier == nil ? .started : .resumed, cue)
        if let offset = playbacks[index].order?.offset, offset > 0 { event.offset = offset }
        event.gain = playbacks[index].gain
        event.gains = playbacks[index].allGains
        if case .at = playbacks[index].startOrder {
            event.startError = error
        } else {
            // Against an untrusted clock, or one that is behind the controller's, the player's own delay is the better measure.
            event.startError = time.isTrusted ? max(error, instant.seconds(since: cue.due)) : error
        }
        effects.append(.record(.playback(event)))
    }

    private mutating func noteResumption(_ index: Int) {
        var event = event(.resumed, playbacks[index].cue)
        event.gain = playbacks[index].gain
        event.gains = playbacks[index].allGains
        effects.append(.record(.playback(event)))
    }

    private mutating func notePause(_ index: Int, _ heard: Heard) {
        playbacks[index].heard = heard
        guard playbacks[index].hasBegun || heard.frames > 0 else {
            if playbacks[index].voice?.state == .paused { forgetBegun(playbacks[index].cue) }
            return
        }
        if !playbacks[index].hasBegun {
            markBegun(index, at: time.monotonic)
            playbacks[index].soundsSince = nil
        }
        guard playbacks[index].startRecorded, playbacks[index].ending == nil else { return }
        var event = event(.interrupted, playbacks[index].cue)
        event.by = playbacks[index].interruptedBy
        event.framesHeard = heard.frames
        event.rate = heard.rate > 0 ? heard.rate : nil
        event.reason = event.by.map { Reason(.preempted, "\($0) has the loudspeaker") }
        effects.append(.record(.playback(event)))
    }

    private mutating func noteEnd(_ index: Int, _ end: CueEnd) {
        if end.completion == .stopped, isUnheard(playbacks[index], end) { giveBack(index) }
        // A card that comes back at once is heard again until the order to stop arrives.
        let isTakenBack = playbacks[index].isTakenBack && playbacks[index].ending == nil && !end.isWhole
        if isTakenBack { giveBack(index) }
        let playback = playbacks[index]
        playbacks[index].voice = nil
        if !playback.hasBegun, playback.ending == nil, isTakenBack || end.framesHeard == 0 {
            switch end.completion {
            case .finished where isTakenBack, .stopped:
                // It was taken back before it began, and may be loaded anew.
                forgetBegun(playback.cue)
                if playback.isDropped {
                    playbacks.remove(at: index)
                    forgetNext(of: playback.id)
                }
            case .failed(let reason): finish(index, .failed, reason, as: end)
            case .finished:
                finish(index, .failed, Reason(.decodingFailed, "the player ended it before it began"), as: end)
            }
            return
        }
        switch end.completion {
        case .finished where end.framesHeard >= end.framesDue && playback.earlier != nil:
            finish(index, .interrupted, Reason(.nodeDied, "the node was off for a part of it"), as: end)
        case .finished where end.framesHeard >= end.framesDue && playback.omitted != nil:
            finish(index, .failed, playback.omitted, as: end)
        case .finished where end.framesHeard >= end.framesDue: finish(index, .finished, nil, as: end)
        case .failed(let reason) where playback.ending == nil: finish(index, .failed, reason, as: end)
        case .finished where playback.ending == nil:
            let missing = "\(end.framesDue - end.framesHeard) of \(end.framesDue) frames"
            if playback.hasSkipped || end.framesSkipped > 0 {
                finish(
                    index, .interrupted, Reason(.preempted, "\(missing) were left out to go on at the live edge"),
                    by: playback.interruptedBy, as: end)
            } else {
                finish(index, .interrupted, Reason(.deviceLost, "\(missing) passed without a sound card"), as: end)
            }
        default:
            let ending = playback.ending ?? Playback.Ending(kind: .interrupted, reason: takenBack)
            finish(index, ending.kind, ending.reason, by: ending.by, as: end)
        }
    }

    private func isUnheard(_ playback: Playback, _ end: CueEnd) -> Bool {
        playback.ending == nil && !playback.startRecorded && end.framesHeard == 0 && playback.voice?.isStopping == false
    }

    /// Takes back what was told to begin and was not heard: it waits for the sound card like any other.
    mutating func takeBackUnheard() {
        for index in playbacks.indices where playbacks[index].ending == nil && !playbacks[index].startRecorded {
            switch playbacks[index].voice?.state {
            case .playing, .armed:
                stopVoice(index)
                playbacks[index].voice?.isTakenBack = true
                giveBack(index)
            case .loaded, .paused, .stopping, nil: break
            }
        }
    }

    /// Takes a cue for one that has not begun: its start was ordered, and nothing came of it.
    private mutating func giveBack(_ index: Int) {
        uncount(index)
        playbacks[index].hasBegun = false
        playbacks[index].began = nil
        playbacks[index].soundsSince = nil
        playbacks[index].soundedBefore = 0
        playbacks[index].heard = nil
    }

    mutating func stopAll() {
        isStopping = true
        for id in playbacks.map(\.id) {
            guard let index = index(of: id) else { continue }
            if playbacks[index].hasBegun {
                end(id, .interrupted, Reason(.nodeStopped, "the node's program was stopped"))
                if let index = self.index(of: id), playbacks[index].cue.joinsInProgress,
                    playbacks[index].ending?.reason.code == .nodeStopped
                {
                    playbacks[index].ending?.isSuspension = true
                }
            } else {
                stopVoice(index)
            }
        }
    }
}
