import Broadcasting

extension Director {
    /// Decides how a cue ends. Its terminal record waits for the player to say what was heard, if the cue may have sounded.
    mutating func end(_ id: CueID, _ kind: PlaybackEvent.Kind, _ reason: Reason, by: CueID? = nil) {
        guard let index = index(of: id), playbacks[index].ending == nil else { return }
        // What has been heard is neither refused nor missed.
        let kind: PlaybackEvent.Kind =
            switch kind {
            case .missed where playbacks[index].earlier != nil: .interrupted
            case .refused where playbacks[index].earlier != nil: .stopped
            default: kind
            }
        switch playbacks[index].voice?.state {
        case nil: finish(index, kind, reason, by: by)
        case .loaded where !playbacks[index].hasBegun:
            effects.append(.stop(id))
            finish(index, kind, reason, by: by)
        default:
            playbacks[index].ending = Playback.Ending(kind: kind, reason: reason, by: by)
            stopVoice(index)
        }
    }

    /// Writes the terminal record of a cue and lets go of it.
    mutating func finish(
        _ index: Int, _ kind: PlaybackEvent.Kind, _ reason: Reason?, by: CueID? = nil, as end: CueEnd? = nil
    ) {
        if let ending = playbacks[index].ending, ending.isSuspension, kind == ending.kind {
            return suspend(index, end, ending.reason)
        }
        account(index)
        let playback = playbacks.remove(at: index)
        wantsAnew = true
        var event = event(kind, playback.cue)
        event.final = true
        event.reason = reason
        event.by = by
        event.framesHeard = end?.framesHeard ?? playback.heard?.frames ?? 0
        event.rate = [end?.rate, playback.heard?.rate].compactMap { $0 }.first { $0 > 0 }
        event.relay = end?.relay
        if var all = playback.earlier {
            all.add(end?.relay)
            event.relay = all.relay
            all.add(event.rate.map { Heard(frames: event.framesHeard ?? 0, rate: $0) }, from: 0)
            event.framesHeard = all.frames
            event.rate = all.rate > 0 ? all.rate : nil
        }
        event.framesDue = end.flatMap { $0.rate > 0 ? $0.framesDue : nil }
        event.peak = end.flatMap { $0.peak.isFinite ? $0.peak : nil }
        event.framesSilent = end.flatMap { $0.framesSilent > 0 ? $0.framesSilent : nil }
        if playback.hasBegun {
            event.gain = playback.gain
            event.gains = playback.allGains
            event.gains?.duck = playback.deepestDuck
        }
        effects.append(.record(.playback(event)))
        settle(playback.cue)
    }

    /// Writes the terminal record of a cue that was never begun.
    mutating func conclude(_ cue: Cue, _ kind: PlaybackEvent.Kind, _ reason: Reason) {
        var event = event(kind, cue)
        event.final = true
        event.reason = reason
        event.framesHeard = 0
        effects.append(.record(.playback(event)))
        wantsAnew = true
        settle(cue)
    }

    mutating func record(_ kind: PlaybackEvent.Kind, _ cue: Cue) {
        effects.append(.record(.playback(event(kind, cue))))
    }

    func event(_ kind: PlaybackEvent.Kind, _ cue: Cue) -> PlaybackEvent {
        var event = PlaybackEvent(kind, cue.id)
        event.title = cue.title
        event.priority = cue.priority
        event.drill = cue.drill
        event.due = cue.due
        return event
    }

    // MARK: - Memory

    /// Remembers that the start of a cue was ordered: it is not to be ordered again, whatever happens.
    mutating func noteBegun(_ index: Int, startsAt: Timestamp?) {
        let cue = playbacks[index].cue
        if cue.isProgramme { return noteBegunProgramme(index, startsAt: startsAt) }
        guard let (broadcast, number) = cue.id.broadcast else { return }
        forgetBegun(cue)
        memory.broadcasts[broadcast.rawValue]?.begun.append(
            BegunCue(
                number: number, title: cue.title, priority: cue.priority, drill: cue.drill, due: cue.due,
                gain: playbacks[index].gain, startsAt: startsAt))
    }

    /// Takes that back, for a cue that the player was told to leave before any of it was heard.
    mutating func forgetBegun(_ cue: Cue) {
        if cue.isProgramme { return forgetBegunProgramme(cue.id) }
        guard let (broadcast, number) = cue.id.broadcast else { return }
        memory.broadcasts[broadcast.rawValue]?.begun.removeAll { $0.number == number }
    }

    /// Remembers that a cue is over.
    private mutating func settle(_ cue: Cue) {
        if cue.isProgramme { return settleProgramme(cue.id, due: cue.due) }
        guard let (broadcast, number) = cue.id.broadcast else { return }
        forgetBegun(cue)
        settle(broadcast.rawValue, number)
    }

    private mutating func settle(_ id: String, _ number: Int) {
        let through = memory.broadcasts[id]?.through ?? -1
        memory.broadcasts[id]?.through = max(through, number)
    }

    /// Ends in the journal what sounded when the program died, and what was about to.
    mutating func buryTheDead(heard: [CueID: Heard]) {
        playbacks.removeAll()
        buryDeadProgrammes(heard: heard)
        for id in memory.broadcasts.keys.sorted() {
            guard let broadcast = BroadcastID(rawValue: id), let begun = memory.broadcasts[id]?.begun else { continue }
            memory.broadcasts[id]?.begun = []
            for each in begun {
                bury(each, CueID(broadcast: broadcast, number: each.number), heard: heard)
            }
        }
    }

    private mutating func bury(_ begun: BegunCue, _ cue: CueID, heard: [CueID: Heard]) {
        let frames = heard[cue]?.frames ?? 0
        if frames == 0, time.isTrusted, let startsAt = begun.startsAt, time.reckoned < startsAt { return }
        count(begun.priority, heard[cue], counted: begun.counted)
        settle(cue.item, begun.number)
        var event = PlaybackEvent(
            .interrupted, cue, final: true,
            reason: Reason(.nodeDied, "the node's program or its power ended while it sounded"))
        event.title = begun.title
        event.priority = begun.priority
        event.drill = begun.drill
        event.due = begun.due
        event.gain = begun.gain
        event.framesHeard = frames
        event.rate = heard[cue]?.rate
        effects.append(.record(.playback(event)))
    }
}
