import Broadcasting

extension Director {
    /// Gives each active cue its role, and the player the orders that are missing for it: silence first, then sound.
    mutating func arrange() {
        let active = playbacks.filter { isReady($0) || ($0.hasBegun && $0.ending == nil) }.map(contender)
        let roles = Arbiter(active).roles
        endTooManyInterrupted(roles)
        for (cue, role) in roles {
            if case .covered(let by) = role { silence(cue, by: by) }
        }
        prepare(beside: active)
        for (cue, role) in roles.reversed() {
            switch role {
            case .covered: break
            case .ducked(let decibels): sound(cue, ducking: decibels)
            case .full: sound(cue, ducking: 0)
            }
        }
    }

    private func contender(_ playback: Playback) -> Arbiter.Contender {
        Arbiter.Contender(
            cue: playback.id, priority: playback.cue.priority, arrival: playback.arrival ?? .max,
            over: playback.cue.over, whenInterrupted: playback.cue.whenInterrupted, hasBegun: playback.hasBegun)
    }

    /// Keeps voices of the player free: an interrupted cue holds one.
    private mutating func endTooManyInterrupted(_ roles: [(cue: CueID, role: Arbiter.Role)]) {
        let interrupted = roles.compactMap { cue, role -> (cue: CueID, by: CueID)? in
            guard case .covered(let by) = role, let index = index(of: cue), playbacks[index].hasBegun else {
                return nil
            }
            return (cue, by)
        }
        for (cue, by) in interrupted.dropFirst(DirectorTimes.mostInterrupted) {
            end(cue, .interrupted, Reason(.preempted, "too many cues are interrupted at once"), by: by)
        }
    }

    private mutating func silence(_ cue: CueID, by: CueID) {
        guard let index = index(of: cue), playbacks[index].ending == nil else { return }
        guard playbacks[index].hasBegun else { return retreat(index) }
        playbacks[index].interruptedBy = by
        if playbacks[index].cue.whenInterrupted == .drop {
            end(cue, .interrupted, Reason(.preempted, "\(by) has the loudspeaker"), by: by)
        } else if playbacks[index].voice?.state == .playing {
            playbacks[index].voice?.state = .paused
            playbacks[index].soundedBefore = playbacks[index].sounded(at: time.monotonic)
            playbacks[index].soundsSince = nil
            account(index)
            effects.append(.pause(cue))
        }
    }

    /// Withdraws what was prepared for a cue that has not begun and cannot now.
    private mutating func retreat(_ index: Int) {
        switch playbacks[index].voice?.state {
        case .armed:
            playbacks[index].voice?.state = .paused
            effects.append(.pause(playbacks[index].id))
        case .loaded: stopVoice(index)
        default: break
        }
    }

    /// Loads what is due soon, and then orders its start to the instant, if it would have the loudspeaker.
    private mutating func prepare(beside active: [Arbiter.Contender]) {
        let upcoming = playbacks.filter { !$0.isDue && !$0.hasBegun && $0.ending == nil }
            .sorted { ($0.cue.due, $0.id) < ($1.cue.due, $1.id) }
        var contenders = active
        for playback in upcoming {
            guard let index = index(of: playback.id) else { continue }
            let isBarred =
                halt(for: playback.cue) != nil
                || (!playback.cue.isEmergency && (isQuiet || isQuiet(at: playback.cue.due)))
                || useRefusal(of: playback, at: playback.cue.due) != nil
            guard couldSound(playback), !isBarred else {
                retreat(index)
                continue
            }
            var contender = contender(playback)
            contender.arrival = arrivals + contenders.count
            contenders.append(contender)
            guard Arbiter(contenders).role(of: playback.id) == .full else {
                retreat(index)
                continue
            }
            if playbacks[index].voice != nil, isStale(index) {
                stopVoice(index)
                continue
            }
            if playbacks[index].voice == nil { load(index) }
            // Volumes may have changed since it was loaded; it is silent yet.
            switch playbacks[index].voice?.state {
            case .loaded, .armed: setGain(index)
            default: break
            }
            arm(index)
        }
    }

    private mutating func arm(_ index: Int) {
        let cue = playbacks[index].cue
        let (distance, overflow) = cue.due.nanoseconds.subtractingReportingOverflow(time.reckoned.nanoseconds)
        guard playbacks[index].voice?.state == .loaded, time.isTrusted, !overflow, distance <= armLead
        else { return }
        playbacks[index].voice?.state = .armed(monotonic: time.monotonic + max(0, distance))
        start(index, at: .at(cue.due))
    }

    private mutating func sound(_ id: CueID, ducking decibels: Double) {
        guard let index = index(of: id), playbacks[index].ending == nil else { return }
        guard playbacks[index].hasBegun else { return begin(index) }
        switch playbacks[index].voice?.state {
        case .playing: setGain(index, ducking: decibels)
        case .paused where !isDeviceLost:
            setGain(index, ducking: decibels)
            resume(index)
        default: break
        }
    }

    /// Starts a cue that is due and has the loudspeaker.
    private mutating func begin(_ index: Int) {
        if playbacks[index].voice != nil, isStale(index) { return stopVoice(index) }
        if playbacks[index].voice == nil { load(index) }
        switch playbacks[index].voice?.state {
        case .loaded:
            setGain(index)
            playbacks[index].voice?.state = .playing
            start(index, at: .now)
            markBegun(index, at: time.monotonic)
        case .paused:
            setGain(index)
            playbacks[index].startOrder = .now
            playbacks[index].voice?.state = .playing
            effects.append(.resume(playbacks[index].id, from: .heard))
            markBegun(index, at: time.monotonic)
        default: break
        }
    }

    private mutating func resume(_ index: Int) {
        let wasHeard = playbacks[index].startRecorded
        let point: ResumePoint =
            switch playbacks[index].cue.whenInterrupted {
            case .restart where wasHeard: .beginning
            case .liveEdge where wasHeard: .liveEdge
            default: .heard
            }
        if point == .beginning {
            playbacks[index].soundedBefore = 0
            noteCounted(index, 0)
            playbacks[index].heard = nil
        }
        if point == .liveEdge { playbacks[index].hasSkipped = true }
        playbacks[index].voice?.state = .playing
        playbacks[index].soundsSince = time.monotonic
        effects.append(.resume(playbacks[index].id, from: point))
    }

    private mutating func load(_ index: Int) {
        let cue = playbacks[index].cue
        let (blocks, omitted) = playable(cue)
        let gains = gains(of: cue)
        let order = LoadOrder(blocks: blocks, gain: gains.sum, offset: offset(of: playbacks[index]))
        playbacks[index].order = order
        playbacks[index].omitted = omitted
        playbacks[index].gains = gains
        playbacks[index].voice = Playback.Voice(state: .loaded, gain: order.gain)
        effects.append(.load(cue.id, order))
    }

    /// Seconds into its blocks at which a cue is to begin now: where it would be by now, if that is how it begins late; and never
    /// before what was heard of it already.
    private func offset(of playback: Playback) -> Double {
        let late = time.reckoned.seconds(since: playback.cue.due)
        // What was heard is known to the second only, so that what goes on is joined however soon that is.
        if let earlier = playback.earlier { return max(late, earlier.position) }
        return playback.cue.joinsInProgress && late > Double(DirectorTimes.punctual) / 1e9 ? late : 0
    }

    /// Whether what the player holds of a cue that has not begun is no longer how it is to begin.
    private func isStale(_ index: Int) -> Bool {
        let playback = playbacks[index]
        guard playback.cue.isProgramme, let order = playback.order, playback.voice?.isStopping == false else {
            return false
        }
        return playable(playback.cue).blocks != order.blocks
            || abs(offset(of: playback) - order.offset) * 1e9 > Double(DirectorTimes.punctual)
    }

    private mutating func start(_ index: Int, at start: StartTime) {
        playbacks[index].startOrder = start
        if case .at(let instant) = start { noteBegun(index, startsAt: instant) }
        effects.append(.start(playbacks[index].id, at: start))
    }

    private mutating func setGain(_ index: Int, ducking decibels: Double = 0) {
        var gains = gains(of: playbacks[index].cue)
        gains.duck = decibels
        playbacks[index].gains = gains
        playbacks[index].deepestDuck = min(playbacks[index].deepestDuck, decibels)
        guard playbacks[index].voice?.gain != gains.sum else { return }
        playbacks[index].voice?.gain = gains.sum
        effects.append(.setGain(playbacks[index].id, decibels: gains.sum))
    }

    mutating func stopVoice(_ index: Int) {
        guard let voice = playbacks[index].voice, !voice.isStopping else { return }
        playbacks[index].soundedBefore = playbacks[index].sounded(at: time.monotonic)
        playbacks[index].soundsSince = nil
        playbacks[index].voice?.state = .stopping(since: time.monotonic)
        effects.append(.stop(playbacks[index].id))
    }
}
