import Broadcasting
import Scheduling

/// Which occurrences of programmes are due, when, and what of them is left.
///
/// Nothing of a schedule is planned while the clock is not trusted. What was due meanwhile, or while the node was off, is looked at
/// when it is: the last may still begin as its `whenLate` says, the others are missed.
extension Director {
    mutating func planProgrammes() {
        guard time.isTrusted else {
            trustedSince = nil
            return
        }
        if trustedSince == nil { trustedSince = time.monotonic }
        if time.isBroken { forgetNext() }
        refreshProgrammes()
        let horizon = time.reckoned.advanced(byNanoseconds: loadLead)
        for index in programmes.indices {
            if programmes[index].isNextKnown {
                guard let next = programmes[index].next, next.instant <= horizon else { continue }
            }
            plan(index, horizon: horizon)
        }
        buryExpired()
    }

    /// Has the next occurrences computed anew.
    mutating func forgetNext() {
        for index in programmes.indices { programmes[index].isNextKnown = false }
    }

    mutating func forgetNext(of id: CueID) {
        guard id.kind == .programme, let index = programmeIndex[id.item] else { return }
        programmes[index].isNextKnown = false
    }

    private mutating func plan(_ index: Int, horizon: Timestamp) {
        if !programmes[index].isNextKnown {
            bind(index)
            continueSuspended(index)
            programmes[index].next = nextUndecided(of: programmes[index])
            programmes[index].isNextKnown = true
            wantsAnew = true
        }
        var due: [LocalOccurrence] = []
        var count = 0
        while let next = programmes[index].next, next.instant <= time.reckoned {
            if due.count == 2 * DirectorTimes.mostPassed { due.removeFirst(DirectorTimes.mostPassed) }
            due.append(next)
            count += 1
            programmes[index].next = programmes[index].recurrence.next(after: next.instant)
        }
        if let latest = due.popLast() {
            begin(latest, of: index, after: due.suffix(DirectorTimes.mostPassed), count: count - 1)
        }
        let item = programmes[index].programme.id.rawValue
        guard let next = programmes[index].next, next.instant <= horizon,
            !playbacks.contains(where: { $0.id.kind == .programme && $0.id.item == item && !$0.hasBegun })
        else { return }
        playbacks.append(Playback(Cue(programmes[index].programme, next)))
        programmes[index].next = programmes[index].recurrence.next(after: next.instant)
        wantsAnew = true
    }

    /// Fixes from when on a programme that is new to the node is due, and leaves what is too old to be told one by one.
    private mutating func bind(_ index: Int) {
        let id = programmes[index].programme.id.rawValue
        guard var entry = memory.programmes[id] else { return }
        if entry.decided.isEmpty {
            let edge =
                entry.since.map { min(time.reckoned, $0.advanced(byNanoseconds: -1)) } ?? edgeOfNew(programmes[index])
            entry.decided = [ProgrammeMemory.Span(from: ProgrammeMemory.ever, through: edge)]
            memory.programmes[id] = entry
        }
        let oldest = time.reckoned.advanced(byNanoseconds: -DirectorTimes.recordedPast)
        if let next = nextUndecided(of: programmes[index]), next.instant < oldest {
            memory.programmes[id]?.leap(to: oldest)
            folded[id] = next.instant
        }
    }

    /// The instant through which a programme that is new to the node was none of its: it misses nothing of the past, and begins what
    /// may still begin.
    func edgeOfNew(_ programme: ProgrammeInForce) -> Timestamp {
        let now = time.reckoned
        guard let last = programme.recurrence.last(atOrBefore: now), last.instant >= programme.issuedAt,
            Cue(programme.programme, last).expires >= now
        else { return now.advanced(byNanoseconds: -1) }
        return last.instant.advanced(byNanoseconds: -1)
    }

    /// The first occurrence that is neither decided nor sounds nor waits.
    func nextUndecided(of programme: ProgrammeInForce) -> LocalOccurrence? {
        let id = programme.programme.id.rawValue
        guard let entry = memory.programmes[id] else { return nil }
        let now = entry.span(at: time.reckoned)
        var edge = now?.through ?? .distantPast
        var named = now?.named ?? ""
        let live = playbacks.filter { $0.id.kind == .programme && $0.id.item == id }.map { ($0.id, $0.cue.due) }
        for (cue, due) in live + entry.begun.map({ ($0.cue, $0.due) }) {
            edge = max(edge, due)
            named = max(named, cue.programme?.localStart ?? "")
        }
        let lastName = LocalDateTime(named)
        var next = programme.recurrence.next(after: edge)
        while let each = next {
            if let span = entry.isDecided(each.instant) {
                next = programme.recurrence.next(after: span.through)
            } else if let lastName, each.local <= lastName {
                // After an edit of its zone an old name stands for a new instant, and a name is played once.
                next = programme.recurrence.next(after: each.instant)
            } else {
                break
            }
        }
        return next
    }

    /// Brings the time of what has not begun up to date with the clock.
    private mutating func refreshProgrammes() {
        for id in playbacks.map(\.id) where id.kind == .programme {
            guard let index = index(of: id), !playbacks[index].hasBegun, playbacks[index].ending == nil,
                !playbacks[index].isDropped
            else { continue }
            let due = playbacks[index].cue.due
            let isDue = due <= time.reckoned
            if isDue != playbacks[index].isDue { wantsAnew = true }
            playbacks[index].isDue = isDue
            if !isDue {
                playbacks[index].arrival = nil
                let isNear = due <= time.reckoned.advanced(byNanoseconds: loadLead)
                if !isNear, playbacks[index].earlier == nil { drop(index) }
            }
        }
    }

    /// Takes back a cue that has not begun, to be planned anew.
    mutating func drop(_ index: Int) {
        forgetNext(of: playbacks[index].id)
        wantsAnew = true
        guard playbacks[index].voice != nil else {
            playbacks.remove(at: index)
            return
        }
        playbacks[index].isDropped = true
        stopVoice(index)
    }

    private mutating func begin(
        _ latest: LocalOccurrence, of index: Int, after passed: ArraySlice<LocalOccurrence>, count: Int
    ) {
        let programme = programmes[index].programme
        let id = programme.id.rawValue
        wantsAnew = true
        // The turn goes to the latest.
        for waiting in playbacks where waiting.id.kind == .programme && waiting.id.item == id && !waiting.hasBegun {
            guard waiting.ending == nil else { continue }
            let kind: PlaybackEvent.Kind = waiting.earlier == nil ? .missed : .interrupted
            end(waiting.id, kind, jumpedOver(waiting.cue) ?? Reason(.superseded, "the next occurrence is due"))
        }
        let older = folded.removeValue(forKey: id)
        for (place, each) in passed.enumerated() {
            let next = place + 1 < passed.count ? passed[passed.startIndex + place + 1] : latest
            var reason = missedReason(due: each.instant, next: next.instant)
            if place == 0, passed.count < count { reason.text += "; so were \(count - passed.count) before it" }
            if place == 0, let older { reason.text += "; so was all since \(older)" }
            conclude(Cue(programme, each), .missed, reason)
        }
        let cue = Cue(programme, latest)
        guard cue.expires >= time.reckoned else {
            return conclude(cue, .missed, missedReason(due: cue.due, next: nil))
        }
        var playback = Playback(cue)
        playback.isDue = true
        playbacks.append(playback)
    }

    /// Why an occurrence that was never begun is over.
    func missedReason(due: Timestamp, next: Timestamp?) -> Reason {
        if let jump = time.jumpedFrom, due > jump { return Reason(.clockStepped, "the clock was set forward over it") }
        let life = time.monotonic - startedAt
        if due < time.reckoned.advanced(byNanoseconds: -life) { return Reason(.nodeOff, "the node was off") }
        if let trustedSince, due < time.reckoned.advanced(byNanoseconds: trustedSince - time.monotonic) {
            return Self.untrusted
        }
        if next != nil { return Reason(.superseded, "the next occurrence is due") }
        return Reason(.expired, "it could not begin in time")
    }

    static var untrusted: Reason { Reason(.clockUntrusted, "the clock was not trusted") }

    // MARK: - After a death

    /// Has what an earlier program left unfinished go on, or ends it.
    private mutating func continueSuspended(_ index: Int) {
        let programme = programmes[index]
        for begun in memory.programmes[programme.programme.id.rawValue]?.begun ?? [] where begun.isSuspended {
            guard self.index(of: begun.cue) == nil else { continue }
            guard let occurrence = programme.has(due: begun.due, named: begun.cue) else {
                bury(begun, .interrupted, Self.died)
                continue
            }
            let cue = Cue(programme.programme, occurrence)
            guard cue.joinsInProgress, let earlier = begun.earlier, cue.expires >= time.reckoned,
                earlier.position + Double(DirectorTimes.punctual) / 1e9 < cue.duration
            else {
                bury(begun, .interrupted, Self.died)
                continue
            }
            var playback = Playback(cue)
            playback.isDue = cue.due <= time.reckoned
            playback.earlier = earlier
            playbacks.append(playback)
        }
    }

    static var died: Reason { Reason(.nodeDied, "the node's program or its power ended while it sounded") }

    /// Ends what waits for a programme that is not there, once its time is over.
    private mutating func buryExpired() {
        guard hasSuspended else { return }
        hasSuspended = false
        for id in memory.programmes.keys.sorted() {
            for begun in memory.programmes[id]?.begun ?? [] where begun.isSuspended && index(of: begun.cue) == nil {
                if begun.endsBy < time.reckoned { bury(begun, .interrupted, Self.died) } else { hasSuspended = true }
            }
        }
    }

    /// Writes the terminal record of what an earlier program played.
    mutating func bury(_ begun: BegunProgramme, _ kind: PlaybackEvent.Kind, _ reason: Reason) {
        var event = PlaybackEvent(kind, begun.cue, final: true, reason: reason)
        event.title = begun.title
        event.priority = begun.priority
        event.drill = false
        event.due = begun.due
        event.gain = begun.gain
        event.framesHeard = begun.earlier?.frames ?? 0
        event.rate = begun.earlier.flatMap { $0.rate > 0 ? $0.rate : nil }
        event.relay = begun.earlier?.relay
        effects.append(.record(.playback(event)))
        settleProgramme(begun.cue, due: begun.due)
    }

    /// Ends in the journal what sounded of programmes when the program died, for now or for good.
    mutating func buryDeadProgrammes(heard: [CueID: Heard]) {
        for id in memory.programmes.keys.sorted() {
            let all = memory.programmes[id]?.begun ?? []
            memory.programmes[id]?.begun = []
            for var begun in all {
                if begun.isSuspended {
                    memory.programmes[id]?.begun.append(begun)
                    continue
                }
                let frames = heard[begun.cue]?.frames ?? 0
                let isToCome = frames == 0 && time.isTrusted && begun.startsAt.map { time.reckoned < $0 } ?? false
                if isToCome, begun.earlier == nil { continue }
                if !isToCome {
                    var earlier = begun.earlier ?? BegunProgramme.Earlier(frames: 0, rate: 0, position: begun.offset)
                    earlier.add(ofTheDead: heard[begun.cue], from: begun.offset, firstRelay: begun.firstRelay)
                    begun.earlier = earlier
                    count(begun.priority, heard[begun.cue], counted: begun.counted)
                }
                begun.startsAt = nil
                let isOver = time.isTrusted && begun.endsBy < time.reckoned
                guard begun.joinsInProgress, !isOver else {
                    bury(begun, .interrupted, Self.died)
                    continue
                }
                if !isToCome { suspend(begun, Self.died) }
                begun.isSuspended = true
                memory.programmes[id]?.begun.append(begun)
            }
        }
        hasSuspended = true
    }

    /// Records that the rest of a cue waits for the next program.
    private mutating func suspend(_ begun: BegunProgramme, _ reason: Reason) {
        var event = PlaybackEvent(.interrupted, begun.cue, reason: reason)
        event.title = begun.title
        event.priority = begun.priority
        event.drill = false
        event.due = begun.due
        event.gain = begun.gain
        event.framesHeard = begun.earlier?.frames ?? 0
        event.rate = begun.earlier.flatMap { $0.rate > 0 ? $0.rate : nil }
        effects.append(.record(.playback(event)))
    }

    /// Lets go of a cue that is stopped with the program, so that the next one plays the rest.
    mutating func suspend(_ index: Int, _ end: CueEnd?, _ reason: Reason) {
        account(index)
        let playback = playbacks.remove(at: index)
        let id = playback.id.item
        guard let place = memory.programmes[id]?.begun.firstIndex(where: { $0.cue == playback.id }),
            var begun = memory.programmes[id]?.begun[place]
        else { return }
        let heard = end.map { Heard(frames: $0.framesHeard, rate: $0.rate) } ?? playback.heard
        var earlier = begun.earlier ?? BegunProgramme.Earlier(frames: 0, rate: 0, position: begun.offset)
        earlier.add(heard, from: begun.offset)
        earlier.add(end?.relay)
        begun.earlier = earlier
        begun.isSuspended = true
        begun.startsAt = nil
        memory.programmes[id]?.begun[place] = begun
        hasSuspended = true
        suspend(begun, reason)
    }

    // MARK: - Memory

    mutating func noteBegunProgramme(_ index: Int, startsAt: Timestamp?) {
        let playback = playbacks[index]
        let cue = playback.cue
        let begun = BegunProgramme(
            cue: cue.id, title: cue.title, priority: cue.priority, due: cue.due, gain: playback.gain,
            startsAt: startsAt,
            offset: playback.order?.offset ?? 0, joinsInProgress: cue.joinsInProgress, endsBy: cue.goesOnUntil,
            earlier: playback.earlier, firstRelay: cue.firstRelay)
        memory.programmes[cue.id.item]?.begun.removeAll { $0.cue == cue.id }
        memory.programmes[cue.id.item]?.begun.append(begun)
    }

    mutating func forgetBegunProgramme(_ cue: CueID) {
        guard let place = memory.programmes[cue.item]?.begun.firstIndex(where: { $0.cue == cue }) else { return }
        if memory.programmes[cue.item]?.begun[place].earlier != nil {
            memory.programmes[cue.item]?.begun[place].isSuspended = true
            memory.programmes[cue.item]?.begun[place].startsAt = nil
            hasSuspended = true
        } else {
            memory.programmes[cue.item]?.begun.remove(at: place)
        }
    }

    mutating func settleProgramme(_ cue: CueID, due: Timestamp) {
        memory.programmes[cue.item]?.begun.removeAll { $0.cue == cue }
        memory.programmes[cue.item]?.decide(through: due, named: cue.programme?.localStart)
        forgetNext(of: cue)
        wantsAnew = true
    }
}
