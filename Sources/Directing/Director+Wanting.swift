import Broadcasting
import Scheduling

extension Director {
    /// Says which audio should be on the disk, when that changes, and records what has come.
    mutating func want(after event: DirectorEvent) {
        let isIdle =
            switch event {
            case .timer, .player: effects.isEmpty && !time.isBroken
            default: false
            }
        let isTime = wantsAnewAt.map { $0 <= time.reckoned } ?? false
        guard wantsAnew || !isIdle || isTime else { return }
        wantsAnew = false
        wantsAnewAt = nil
        var claims: [Claim] = []
        for each in inForce {
            let id = each.broadcast.id.rawValue
            guard each.broadcast.cancelled == nil, let cue = pending(each.broadcast) else { continue }
            let isDue = cue.due <= time.reckoned || cue.due <= each.issuedAt
            claims.append(Claim(id: cue.id, due: cue.due, priority: cue.priority, audio: cue.audio, isDue: isDue))
            if memory.broadcasts[id]?.fetched == false,
                cue.audio.allSatisfy({ content[$0.sha256] == .available })
            {
                memory.broadcasts[id]?.fetched = true
                record(.fetched, cue)
            }
        }
        claimProgrammes(&claims)
        var seen: Set<ContentHash> = []
        let audio = (claims.sorted().flatMap(\.audio) + extras).filter { seen.insert($0.sha256).inserted }
        guard audio != wanted else { return }
        wanted = audio
        wantedSince = wantedSince.filter { seen.contains($0.key) }
        for each in audio where wantedSince[each.sha256] == nil { wantedSince[each.sha256] = time.monotonic }
        content = content.filter { $0.value == .available || seen.contains($0.key) }
        effects.append(.want(audio))
    }

    /// Claims the audio of what sounds and waits of programmes, and of what comes next of each within a week.
    private mutating func claimProgrammes(_ claims: inout [Claim]) {
        for playback in playbacks where playback.cue.isProgramme {
            let cue = playback.cue
            claims.append(
                Claim(id: cue.id, due: cue.due, priority: cue.priority, audio: cue.audio, isDue: playback.isDue))
        }
        for each in programmes {
            guard let next = each.next else { continue }
            let from = next.instant.advanced(byNanoseconds: -DirectorTimes.fetchAhead)
            guard from <= time.reckoned else {
                wantsAnewAt = wantsAnewAt.map { min($0, from) } ?? from
                continue
            }
            claims.append(
                Claim(
                    id: Cue.id(of: each.programme, next), due: next.instant, priority: each.programme.priority,
                    audio: each.programme.content, isDue: false))
        }
    }

    /// The occurrence of a broadcast that sounds, waits, or comes next.
    private func pending(_ broadcast: Broadcast) -> Cue? {
        let live = playbacks.first { $0.id.item == broadcast.id.rawValue && $0.id.kind == .broadcast }
        return live?.cue ?? Cue(broadcast, number: decided(broadcast.id.rawValue) + 1)
    }

    /// A cue that needs its audio, in order of urgency: what is due by priority, then the rest by time.
    private struct Claim: Comparable {
        var id: CueID
        var due: Timestamp
        var priority: Priority
        var audio: [AudioReference]
        var isDue: Bool

        static func < (left: Claim, right: Claim) -> Bool {
            if left.isDue != right.isDue { return left.isDue }
            if left.isDue, left.priority != right.priority { return left.priority > right.priority }
            return (left.due, left.id) < (right.due, right.id)
        }
    }
}
