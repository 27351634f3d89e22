import Broadcasting
import Directing
import Scheduling

/// What must hold after each event, judged by what the player was told and the journal says, not by the director's word.
extension World {
    mutating func take(_ record: JournalEvent) {
        if keepsLog { records.append(record) }
        guard case .playback(let event) = record else { return }
        if let before = terminal[event.cue] {
            violations.append(
                "\(event.cue): \(event.kind) after it was \(before.kind) \(before.reason?.description ?? "")")
        }
        guard event.final else { return }
        terminal[event.cue] = event
        if event.kind == .finished, event.framesHeard != event.framesDue {
            violations.append("\(event.cue): finished with \(String(describing: event.framesHeard)) frames heard")
        }
    }

    mutating func check(after event: DirectorEvent) {
        for complaint in player.complaints { violations.append(complaint) }
        for cue in player.playedTwice { violations.append("\(cue) was played twice") }
        noteDue()
        noteProgrammesDue()
        checkSilence(after: event)
        let full = player.voices.filter { isFull($0.key, $0.value) }.keys
        if full.count > 1 { violations.append("\(full.sorted()) have the loudspeaker at once, after \(event)") }
        if let winner = full.first, let priority = cues[winner]?.priority {
            for cue in waitingEmergencies() where (facts(of: cue)?.priority ?? .background) > priority {
                violations.append("\(cue) waits for \(winner), after \(event)")
            }
        }
        if violations.count > 5 { violations.removeLast(violations.count - 5) }
    }

    /// Whether a voice sounds as if it were alone. Histories use volumes of 0 dB and ducks below it.
    private func isFull(_ cue: CueID, _ voice: SimulatedPlayer.Voice) -> Bool {
        guard voice.state == .playing, let facts = cues[cue] else { return false }
        let volumes = settings?.volumes ?? NodeSettings.Volumes()
        let gain =
            facts.priority.isEmergency
            ? volumes.emergency + facts.volume : min(volumes.normal + facts.volume, volumes.ceiling)
        return voice.gain >= gain
    }

    mutating func checkStart(_ cue: CueID, isFirst: Bool) {
        guard let facts = cues[cue] else { return }
        if terminal[cue] != nil { violations.append("\(cue) was started after its terminal record") }
        // The orders of a cue that had begun are judged by the broadcast as it was then.
        let expires = isFirst ? facts.expires : facts.hardEnd ?? facts.expires
        if cue.kind == .programme, isFirst, !isClockTrusted {
            violations.append("\(cue) was started by an untrusted clock")
        }
        // By a clock that was set back, what goes on may be of later.
        if cue.kind == .programme, isFirst,
            wall.advanced(bySeconds: max(2, 1 + Double(player.warmUp) / 1000) + 0.001) < facts.due
        {
            violations.append("\(cue) was started before it was due")
        }
        if wall > expires, isClockTrusted {
            violations.append("\(cue) was started \(wall.seconds(since: expires)) s late")
        }
        if let document = documents.values.map(\.issuedAt).max(), document > expires, !isClockTrusted, wall > expires {
            violations.append("\(cue) was started late by an untrusted clock")
        }
    }

    /// What no event may leave sounding: anything in quiet hours but an emergency, and a programme after its slot.
    private mutating func checkSilence(after event: DirectorEvent) {
        guard isClockTrusted else { return }
        let zone = settings.flatMap { Self.zone($0.timeZone) }
        let seconds = wall.nanoseconds / 1_000_000_000 + Int64(zone?.secondsFromUTC(at: wall) ?? 0)
        let minute = Samples.clock(Int(seconds / 60 % 1440))
        let isQuiet = (settings?.quietHours ?? []).contains { hours in
            hours.from <= hours.to
                ? hours.from <= minute && minute < hours.to : minute >= hours.from || minute < hours.to
        }
        for (cue, voice) in player.voices where voice.state == .playing {
            guard let facts = cues[cue] else { continue }
            if isQuiet, !facts.priority.isEmergency {
                violations.append("\(cue) sounds in quiet hours, after \(event)")
            }
            if let hardEnd = facts.hardEnd, wall > hardEnd.advanced(bySeconds: 1) {
                violations.append("\(cue) sounds after its slot, after \(event)")
            }
        }
    }

    private mutating func noteDue() {
        guard isClockTrusted, !isStopping else { return }
        for (broadcast, _) in inForce.values where broadcast.cancelled == nil {
            guard let number = latest(broadcast, at: wall) else { continue }
            seenDue.insert(CueID(broadcast: broadcast.id, number: number))
        }
    }

    /// The last occurrence that is due at `time`.
    func latest(_ broadcast: Broadcast, at time: Timestamp) -> Int? {
        guard broadcast.start <= time else { return nil }
        var number = 0
        while let due = broadcast.due(number + 1), due <= time, due <= broadcast.expires { number += 1 }
        return number
    }

    private func waitingEmergencies() -> [CueID] {
        guard !isStopping, player.hasDevice else { return [] }
        let halts = documents.filter { settings?.scopes.contains($0.key) == true || $0.key == Self.scope }
            .compactMap(\.value.body.halt)
        guard !halts.contains(where: \.emergencies) else { return [] }
        let broadcasts: [CueID] = inForce.values.compactMap { broadcast, issuedAt in
            guard broadcast.priority.isEmergency, broadcast.cancelled == nil,
                let number = latest(broadcast, at: isClockTrusted ? max(wall, issuedAt) : issuedAt),
                wall <= broadcast.expires, issuedAt <= broadcast.expires,
                broadcast.content.allSatisfy({ told[$0.sha256] == .available })
            else { return nil }
            return CueID(broadcast: broadcast.id, number: number)
        }
        return (broadcasts + waitingEmergencyProgrammes).filter { cue in
            let isBehindItself = player.voices.contains {
                $0.key.item == cue.item && $0.key.kind == cue.kind && $0.key != cue
            }
            let isEnding = player.reports.contains { $0.isEnd(of: cue) }
            return terminal[cue] == nil && !isBehindItself && !isEnding
        }
    }

    /// Ends a history: what was due or was heard must have one terminal record by now.
    mutating func checkEnd() {
        for cue in seenDue.sorted() where terminal[cue] == nil { violations.append("\(cue) was due, and has no end") }
        for cue in player.sounded.sorted() where terminal[cue] == nil {
            violations.append("\(cue) was heard, and has no end")
        }
        if !player.voices.isEmpty { violations.append("\(player.voices.keys.sorted()) still have a voice") }
    }
}
