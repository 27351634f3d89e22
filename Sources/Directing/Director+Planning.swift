import Broadcasting

extension Director {
    /// Makes playbacks of all that is due or soon will be, and records what was passed over.
    mutating func plan() {
        for each in inForce { plan(each) }
    }

    private mutating func plan(_ each: BroadcastInForce) {
        let broadcast = each.broadcast
        let id = broadcast.id.rawValue
        if let cancellation = broadcast.cancelled {
            guard memory.broadcasts[id]?.closed == false else { return }
            close(id, broadcast, Reason(.cancelled, cancellation.reason))
            return
        }
        if memory.broadcasts[id]?.closed == true { memory.broadcasts[id]?.closed = false }
        let isEmergency = broadcast.priority.isEmergency
        let time = time.forDue(issuedAt: each.issuedAt, isEmergency: isEmergency)
        var latest = broadcast.latestDue(at: time)
        if broadcast.expires < self.time.reckoned {
            // Also what waited for a clock to be trusted is over then.
            latest = broadcast.latestDue(at: max(time, self.time.reckoned)) ?? 0
        }
        if let latest, latest > memory.broadcasts[id]?.due ?? -1 { memory.broadcasts[id]?.due = latest }
        refresh(broadcast, latest: latest, time: time)
        concludeTakenAway(broadcast)
        let next = decided(id) + 1
        if let latest, latest >= next {
            passOver(broadcast, next..<latest)
            begin(broadcast, latest, isDue: time)
        } else if !playbacks.contains(where: { $0.id.item == id && $0.id.kind == .broadcast }),
            let cue = Cue(broadcast, number: next), isNear(cue, at: time)
        {
            playbacks.append(Playback(cue))
            wantsAnew = true
        }
    }

    /// Ends an occurrence that was due, and that an edit took away before it had begun.
    private mutating func concludeTakenAway(_ broadcast: Broadcast) {
        let number = decided(broadcast.id.rawValue) + 1
        guard number <= memory.broadcasts[broadcast.id.rawValue]?.due ?? -1, broadcast.startable(number) == nil else {
            return
        }
        conclude(
            Cue(takenAway: number, from: broadcast), .stopped,
            Reason(.withdrawn, "its broadcast no longer has this occurrence"))
    }

    private func isNear(_ cue: Cue, at time: Timestamp) -> Bool {
        cue.due <= time.advanced(byNanoseconds: loadLead) && time <= cue.expires
    }

    /// Brings what waits up to date with its broadcast: its time, its words, and whether a later occurrence takes its place.
    private mutating func refresh(_ broadcast: Broadcast, latest: Int?, time: Timestamp) {
        for id in playbacks.map(\.id) {
            guard let (item, number) = id.broadcast, item == broadcast.id, let index = index(of: id),
                !playbacks[index].hasBegun, playbacks[index].ending == nil
            else { continue }
            if let latest, number < latest {
                end(id, .missed, passedReason(playbacks[index].cue, next: broadcast.due(number + 1)))
                continue
            }
            guard let cue = Cue(broadcast, number: number), isNear(cue, at: time) || number == latest else {
                release(index)
                continue
            }
            let before = playbacks[index].cue
            playbacks[index].cue = cue
            if playbacks[index].isDue != (cue.due <= time) { wantsAnew = true }
            playbacks[index].isDue = cue.due <= time
            if !playbacks[index].isDue { playbacks[index].arrival = nil }
            let isMoved = before.due != cue.due && playbacks[index].voice?.isArmed == true
            if before.audio != cue.audio || isMoved { release(index) }
        }
    }

    /// Takes a cue that has not begun back from the player, and drops it if the player does not hold it.
    private mutating func release(_ index: Int) {
        guard playbacks[index].voice != nil else {
            playbacks.remove(at: index)
            return
        }
        stopVoice(index)
    }

    private mutating func begin(_ broadcast: Broadcast, _ number: Int, isDue time: Timestamp) {
        guard let cue = Cue(broadcast, number: number) else { return }
        guard cue.expires >= self.time.reckoned else {
            let waitedForClock = cue.due > time && !self.time.isTrusted
            conclude(
                cue, .missed,
                waitedForClock
                    ? Reason(.clockUntrusted, "it expired before the clock was trusted") : expiredReason(cue))
            return
        }
        var playback = Playback(cue)
        playback.isDue = true
        playbacks.append(playback)
        wantsAnew = true
    }

    /// Records occurrences that were due and never had a turn.
    private mutating func passOver(_ broadcast: Broadcast, _ numbers: Range<Int>) {
        let recorded = numbers.suffix(DirectorTimes.mostPassed)
        for number in recorded {
            guard let cue = Cue(broadcast, number: number) else { continue }
            var reason = passedReason(cue, next: broadcast.due(number + 1))
            if number == recorded.first, recorded.count < numbers.count {
                reason.text += "; so were \(numbers.count - recorded.count) before it"
            }
            conclude(cue, .missed, reason)
        }
    }

    private func passedReason(_ cue: Cue, next: Timestamp?) -> Reason {
        if let jump = time.jumpedFrom, next.map({ $0 > jump }) != false {
            return Reason(.clockStepped, "the clock was set forward over it")
        }
        if let next, next <= time.reckoned || next <= cue.expires {
            return Reason(.superseded, "the next occurrence is due")
        }
        return expiredReason(cue)
    }

    func expiredReason(_ cue: Cue) -> Reason {
        jumpedOver(cue)
            ?? Reason(
                .expired, "not to be started later than \(Int(cue.expires.seconds(since: cue.due))) s after it was due")
    }

    /// Why a cue is over that could still have begun when the clock was set forward; nil when it was not, just now.
    func jumpedOver(_ cue: Cue) -> Reason? {
        guard let jump = time.jumpedFrom, cue.expires >= jump else { return nil }
        return Reason(.clockStepped, "the clock was set forward over it")
    }
}
