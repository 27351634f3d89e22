import Broadcasting
import Directing
import Scheduling

/// The programmes in force, found by a slower way than the director's, and what of them was due.
struct ExpectedTimetable {
    struct Entry {
        var programme: Programme
        var recurrence: Recurrence
        /// Nothing that was due up to then is looked for; nil until the clock is trusted again.
        var seen: Timestamp?
        /// When the schedule was issued.
        var issuedAt: Timestamp
        /// The first that was not yet looked at, or that there is none; nil when that is not known.
        var next: LocalOccurrence??
    }

    var entries: [String: Entry] = [:]
    /// The instant up to which each was ever seen due, also of programmes that are no longer in force.
    var seen: [String: Timestamp] = [:]
    /// The last of each that was seen due.
    var latest: [String: CueID] = [:]
    /// The latest local start of each that was played or recorded when its start was edited last: what a new zone calls by an
    /// earlier name was never due.
    var named: [String: String] = [:]
    var edited: Set<String> = []
    /// What was due, and is not by a clock that was set back; with the instants at which it is due again, unless it is edited away.
    var postponed: [CueID: Timestamp] = [:]
}

extension World {
    mutating func mergeSchedules() {
        var all: [String: (programme: Programme, issuedAt: Timestamp)] = [:]
        for scope in Set((settings?.scopes ?? []) + [Self.scope]).sorted() {
            guard let schedule = schedules[scope] else { continue }
            for programme in schedule.body.programmes {
                if let other = all[programme.id.rawValue], other.issuedAt >= schedule.issuedAt { continue }
                all[programme.id.rawValue] = (programme, schedule.issuedAt)
            }
        }
        let before = timetable.entries
        timetable.entries = [:]
        for (id, each) in all {
            if var entry = before[id], entry.programme.start == each.programme.start {
                entry.programme = each.programme
                timetable.entries[id] = entry
                continue
            }
            guard let zone = Self.zone(each.programme.start.zone),
                let recurrence = try? each.programme.start.recurrence(zone: zone)
            else { continue }
            timetable.edited.insert(id)
            timetable.entries[id] = ExpectedTimetable.Entry(
                programme: each.programme, recurrence: recurrence, seen: nil, issuedAt: each.issuedAt, next: nil)
        }
    }

    /// Notes what had been named of programmes whose start was edited, once the director knows of it.
    mutating func noteEdits() {
        for id in timetable.edited {
            let names = (Array(terminal.keys) + Array(cues.keys)).filter { $0.kind == .programme && $0.item == id }
            timetable.named[id] = names.compactMap { $0.programme?.localStart }.max()
        }
        timetable.edited = []
    }

    /// Puts off what is not due by a clock that was set back, and has not been played.
    mutating func postponeProgrammes() {
        for cue in seenDue where cue.kind == .programme && terminal[cue] == nil && !player.sounded.contains(cue) {
            guard let facts = facts(of: cue), facts.due > wall else { continue }
            seenDue.remove(cue)
            timetable.postponed[cue] = facts.due
        }
    }

    private mutating func notePostponed() {
        for (cue, due) in timetable.postponed where due <= wall {
            timetable.postponed[cue] = nil
            let next = timetable.entries[cue.item]?.recurrence.next(after: due.advanced(byNanoseconds: -1))
            if next?.instant == due, next?.local.description == cue.programme?.localStart { seenDue.insert(cue) }
        }
    }

    /// Notes the occurrences that were due, as the schedule of now has them: all up to now, or all before `limit`.
    mutating func noteProgrammesDue(before limit: Timestamp? = nil) {
        guard isClockTrusted, !isStopping else { return }
        let last = limit?.advanced(byNanoseconds: -1) ?? wall
        notePostponed()
        for (id, entry) in timetable.entries {
            let since = max(entry.seen ?? max(wall, entry.issuedAt), timetable.seen[id] ?? .distantPast)
            timetable.entries[id]?.seen = max(since, last)
            timetable.seen[id] = max(since, last)
            var next = entry.next ?? entry.recurrence.next(after: since)
            while let due = next, due.instant <= last {
                let cue = CueID(programme: entry.programme.id, localStart: "\(due.local)", fold: due.fold)
                if due.instant > since, "\(due.local)" > timetable.named[id] ?? "" {
                    seenDue.insert(cue)
                    timetable.latest[id] = cue
                }
                next = entry.recurrence.next(after: due.instant)
            }
            timetable.entries[id]?.next = .some(next)
        }
    }

    private func factsOfProgramme(_ cue: CueID) -> Facts? {
        guard let programme = timetable.entries[cue.item]?.programme, let name = cue.programme, cue.kind == .programme,
            let local = LocalDateTime(name.localStart), let zone = Self.zone(programme.start.zone)
        else { return nil }
        let due: Timestamp =
            switch zone.meaning(ofLocalSeconds: local.secondsSince1970) {
            case .once(let instant), .twice(let instant, _), .skipped(let instant): instant
            }
        let hardEnd = due.advanced(bySeconds: programme.slot ?? programme.duration + programme.grace)
        let late =
            switch programme.whenLate {
            case .joinInProgress: programme.duration
            case .startWhole: programme.grace
            case .skip: 0.0
            }
        return Facts(
            due: due, priority: programme.priority, volume: programme.volume,
            expires: due.advanced(bySeconds: max(1, min(late, hardEnd.seconds(since: due)))), hardEnd: hardEnd)
    }

    /// What a cue is by now, according to its document.
    func facts(of cue: CueID) -> Facts? {
        guard cue.kind == .broadcast else { return factsOfProgramme(cue) }
        guard let broadcast = inForce[cue.item]?.broadcast, let number = cue.broadcast?.number else { return nil }
        return Facts(
            due: broadcast.due(number) ?? broadcast.start, priority: broadcast.priority, volume: broadcast.volume,
            expires: broadcast.expires, hardEnd: nil)
    }

    /// Programmes of emergencies that are due, may still be begun, have all their audio, and do not sound.
    var waitingEmergencyProgrammes: [CueID] {
        guard isClockTrusted else { return [] }
        return timetable.entries.values.compactMap { entry in
            let programme = entry.programme
            let sounds = programme.blocks.contains { if case .pause = $0 { false } else { true } }
            guard programme.priority.isEmergency, sounds,
                programme.content.allSatisfy({ told[$0.sha256] == .available }),
                let cue = timetable.latest[programme.id.rawValue], seenDue.contains(cue), let facts = facts(of: cue),
                wall < facts.expires.advanced(bySeconds: -1)
            else { return nil }
            return cue
        }
    }
}
