import Broadcasting
import Scheduling

/// The programmes of the schedules that the node obeys.
extension Director {
    mutating func obey(_ schedule: ScopeSchedule, of scope: Scope) {
        schedules[scope] = schedule
        time.learn(issuedAt: schedule.issuedAt)
        enterSchedule(of: scope)
        mergeSchedules(toldOf: schedule.issuedAt)
        tellUnplayable(schedule, of: scope)
    }

    /// Makes one list of all scopes' programmes. Where two differ about one, the later issued schedule counts.
    ///
    /// - Parameter issuedAt: when the schedule was issued that has come; nil where the node obeys other scopes than before.
    mutating func mergeSchedules(toldOf issuedAt: Timestamp? = nil) {
        let before = Dictionary(programmes.map { ($0.programme.id, $0) }) { first, _ in first }
        var all: [ProgrammeID: ProgrammeInForce] = [:]
        let obeyed = obeyed.sorted()
        for scope in obeyed {
            guard let schedule = schedules[scope] else { continue }
            for programme in schedule.body.programmes {
                if let other = all[programme.id], other.issuedAt >= schedule.issuedAt { continue }
                if let known = before[programme.id], known.programme.start == programme.start {
                    all[programme.id] = ProgrammeInForce(
                        programme: programme, issuedAt: schedule.issuedAt, recurrence: known.recurrence)
                } else if let recurrence = try? recurrence(of: programme).get() {
                    all[programme.id] = ProgrammeInForce(
                        programme: programme, issuedAt: schedule.issuedAt, recurrence: recurrence)
                }
            }
        }
        programmes = all.values.sorted { $0.programme.id < $1.programme.id }
        programmeIndex = Dictionary(
            programmes.enumerated().map { ($1.programme.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        let named = Set(programmes.flatMap(\.content).map(\.sha256))
        extras = obeyed.flatMap { schedules[$0]?.body.manifest ?? [] }.filter { !named.contains($0.sha256) }
        memory.schedules.removeAll { !obeyed.contains($0) }
        followEdits(from: before, isTold: issuedAt != nil)
        refreshEdited()
        closeWithdrawnProgrammes(before, toldOf: issuedAt)
    }

    private func recurrence(of programme: Programme) -> Result<Recurrence, Unplayable> {
        guard let zone = zones(programme.start.zone) else {
            return .failure(Unplayable(words: "there is no time zone “\(programme.start.zone)”"))
        }
        do throws(ProgrammeStartError) {
            return .success(try programme.start.recurrence(zone: zone))
        } catch {
            return .failure(Unplayable(words: "\(error)"))
        }
    }

    private struct Unplayable: Error { var words: String }

    private mutating func tellUnplayable(_ schedule: ScopeSchedule, of scope: Scope) {
        guard obeyed.contains(scope) else { return }
        for programme in schedule.body.programmes {
            guard case .failure(let problem) = recurrence(of: programme) else { continue }
            var event = NodeEvent(
                .documentRefused,
                reason: Reason(.documentUnreadable, "programme \(programme.id): start: \(problem.words)"))
            event.topic = Topic.schedule(scope).description
            effects.append(.record(.node(event)))
        }
    }

    /// Notes which programmes a scope's schedule names.
    mutating func enterSchedule(of scope: Scope) {
        guard let schedule = schedules[scope] else { return }
        let named = Set(schedule.body.programmes.map(\.id.rawValue))
        for id in memory.programmes.keys where !named.contains(id) {
            memory.programmes[id]?.scopes.removeAll { $0 == scope }
        }
        let isObeyed = obeyed.contains(scope)
        let isKnown = memory.schedules.contains(scope)
        for programme in schedule.body.programmes {
            let id = programme.id.rawValue
            if memory.programmes[id] == nil {
                guard isObeyed else { continue }
                memory.programmes[id] = ProgrammeMemory(
                    scopes: [scope], rule: ProgrammeInForce.rule(programme.start),
                    since: isKnown ? schedule.issuedAt : nil)
            } else if let scopes = memory.programmes[id]?.scopes, !scopes.contains(scope) {
                memory.programmes[id]?.scopes = (scopes + [scope]).sorted()
            }
        }
        if isObeyed, !isKnown { memory.schedules = (memory.schedules + [scope]).sorted() }
    }

    /// Where the start of a programme was edited, what was due until then by the old rule is decided by it, and nothing that the
    /// new one names before.
    private mutating func followEdits(from before: [ProgrammeID: ProgrammeInForce], isTold: Bool) {
        for each in programmes {
            let id = each.programme.id.rawValue
            let rule = ProgrammeInForce.rule(each.programme.start)
            guard var entry = memory.programmes[id], entry.rule != rule || entry.closed else { continue }
            var edge = time.isTrusted ? min(each.issuedAt, time.reckoned) : each.issuedAt
            // What the node obeys again without having been told anew was none of its meanwhile.
            if entry.closed, !isTold { edge = max(edge, edgeOfNew(each).advanced(byNanoseconds: 1)) }
            if let old = before[each.programme.id], entry.rule != rule {
                missUnplanned(old, through: edge)
                entry = memory.programmes[id] ?? entry
            }
            entry.rule = rule
            entry.closed = false
            if entry.decided.isEmpty {
                entry.since = max(entry.since ?? .distantPast, edge)
            } else {
                entry.decide(through: edge.advanced(byNanoseconds: -1))
            }
            memory.programmes[id] = entry
        }
    }

    /// Records what a programme had until `edge`, when it was edited or withdrawn, and what no trusted clock had let be planned.
    private mutating func missUnplanned(_ programme: ProgrammeInForce, through edge: Timestamp) {
        let id = programme.programme.id.rawValue
        guard !time.isTrusted, memory.programmes[id]?.decided.isEmpty == false else { return }
        var occurrence = nextUndecided(of: programme)
        var count = 0
        while let each = occurrence, each.instant < edge, count < DirectorTimes.mostPassed {
            conclude(Cue(programme.programme, each), .missed, Self.untrusted)
            occurrence = programme.recurrence.next(after: each.instant)
            count += 1
        }
        memory.programmes[id]?.decide(through: edge.advanced(byNanoseconds: -1))
    }

    /// Brings what has not begun up to date with its programme.
    private mutating func refreshEdited() {
        for id in playbacks.map(\.id) where id.kind == .programme {
            guard let index = index(of: id), !playbacks[index].hasBegun, playbacks[index].ending == nil,
                !playbacks[index].isDropped, let programme = programmeIndex[id.item].map({ programmes[$0] })
            else { continue }
            let before = playbacks[index].cue
            if let occurrence = programme.has(due: before.due, named: id) {
                playbacks[index].cue = Cue(programme.programme, occurrence)
                if before.blocks != playbacks[index].cue.blocks, playbacks[index].voice != nil { stopVoice(index) }
            } else if playbacks[index].isDue || playbacks[index].earlier != nil {
                end(id, .stopped, Reason(.withdrawn, "its programme no longer has this occurrence"))
            } else {
                drop(index)
            }
        }
    }

    /// Ends what no schedule names any more, and forgets it a month later.
    private mutating func closeWithdrawnProgrammes(
        _ before: [ProgrammeID: ProgrammeInForce], toldOf issuedAt: Timestamp?
    ) {
        let obeyed = obeyed
        let newest = schedules.values.map(\.issuedAt).max() ?? .distantPast
        let surely = time.isTrusted ? min(time.reckoned, newest) : .distantPast
        let reason = Reason(.withdrawn, "its programme is no longer in a schedule that the node obeys")
        for id in memory.programmes.keys.sorted() {
            guard let entry = memory.programmes[id], obeyed.isDisjoint(with: entry.scopes) else { continue }
            if !entry.closed {
                memory.programmes[id]?.closed = true
                if let old = before[ProgrammeID(unchecked: id)] {
                    missUnplanned(old, through: issuedAt ?? time.reckoned)
                }
                for cue in playbacks.map(\.id) where cue.kind == .programme && cue.item == id {
                    guard let index = index(of: cue) else { continue }
                    let mustEnd =
                        playbacks[index].hasBegun || playbacks[index].isDue || playbacks[index].earlier != nil
                    if mustEnd { end(cue, .stopped, reason) } else { drop(index) }
                }
                for begun in entry.begun where begun.isSuspended && index(of: begun.cue) == nil {
                    bury(begun, .stopped, reason)
                }
            }
            let last = entry.decided.last?.through ?? .distantPast
            if last.advanced(byNanoseconds: DirectorTimes.recordedPast) < surely,
                memory.programmes[id]?.begun.isEmpty == true,
                !playbacks.contains(where: { $0.id.kind == .programme && $0.id.item == id })
            {
                memory.programmes[id] = nil
            }
        }
    }
}
