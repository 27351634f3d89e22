import Broadcasting
import Scheduling

extension Director {
    /// Says which audio should be on the disk, when that changes, and records what has come.
    mutating func want(after event: DirectorEvent) {
        let mayChange =
            switch event {
            case .timer, .player, .deviceLost, .deviceRestored: time.isBroken
            // Only what is missing makes the order matter, and only of a broadcast it is recorded that it has come.
            case .content(_, let state): state != .available || !inForce.isEmpty
            default: true
            }
        let isTime = wantsAnewAt.map { $0 <= time.reckoned } ?? false
        guard wantsAnew || mayChange || isTime else { return }
        wantsAnew = false
        let claimants = findClaimants()
        // The order alone is no news while all of it is there: it changes with each occurrence.
        guard mayChange || !hasAllWanted || claimants != self.claimants else { return }
        self.claimants = claimants
        var claims: [Claim] = []
        claimBroadcasts(&claims)
        claimProgrammes(&claims)
        var seen: Set<ContentHash> = []
        var audio: [AudioReference] = []
        hasAllWanted = true
        for claimed in claims.sorted().map(\.audio) + laterContents() + [extras] {
            for each in claimed where seen.insert(each.sha256).inserted {
                audio.append(each)
                hasAllWanted = hasAllWanted && content[each.sha256] == .available
            }
        }
        guard audio != wanted, !(hasAllWanted && seen == wantedHashes) else { return }
        wanted = audio
        wantedHashes = seen
        content = content.filter { $0.value == .available || seen.contains($0.key) }
        wantedSince = wantedSince.filter { seen.contains($0.key) }
        for each in audio where wantedSince[each.sha256] == nil { wantedSince[each.sha256] = time.monotonic }
        effects.append(.want(audio))
    }

    /// What needs audio, as far as it decides which: all but the documents themselves, and the order.
    struct Claimants: Equatable {
        /// The places of programmes that are due within a week.
        var programmes: [Int] = []
        /// The audio of whatever else sounds, waits or is to come.
        var others: [[AudioReference]] = []
    }

    private mutating func findClaimants() -> Claimants {
        var claimants = Claimants()
        let horizon = time.reckoned.advanced(byNanoseconds: DirectorTimes.fetchAhead)
        wantsAnewAt = nil
        for index in programmes.indices {
            guard let next = programmes[index].next else { continue }
            if next.instant <= horizon {
                claimants.programmes.append(index)
            } else {
                let from = next.instant.advanced(byNanoseconds: -DirectorTimes.fetchAhead)
                wantsAnewAt = wantsAnewAt.map { min($0, from) } ?? from
            }
        }
        for playback in playbacks where playback.cue.isProgramme {
            let index = programmeIndex[playback.id.item]
            let isClaimed = index.map {
                claimants.programmes.contains($0) && programmes[$0].programme.blocks == playback.cue.blocks
            }
            if isClaimed != true { claimants.others.append(playback.cue.audio) }
        }
        claimants.others += inForce.compactMap { $0.broadcast.cancelled == nil ? pending($0.broadcast)?.audio : nil }
        return claimants
    }

    /// Claims the audio of the occurrence of each broadcast that sounds, waits or comes next.
    private mutating func claimBroadcasts(_ claims: inout [Claim]) {
        for each in inForce {
            let id = each.broadcast.id.rawValue
            guard each.broadcast.cancelled == nil, let cue = pending(each.broadcast) else { continue }
            let isDue = cue.due <= time.reckoned || cue.due <= each.issuedAt
            claims.append(Claim(item: id, due: cue.due, priority: cue.priority, audio: cue.audio, isDue: isDue))
            if memory.broadcasts[id]?.fetched == false,
                cue.audio.allSatisfy({ content[$0.sha256] == .available })
            {
                memory.broadcasts[id]?.fetched = true
                record(.fetched, cue)
            }
        }
    }

    /// Claims the audio of what sounds and waits of programmes, and of what comes next of each within a week.
    private mutating func claimProgrammes(_ claims: inout [Claim]) {
        for playback in playbacks where playback.cue.isProgramme {
            let cue = playback.cue
            claims.append(
                Claim(
                    item: cue.id.item, due: cue.due, priority: cue.priority, audio: cue.audio, isDue: playback.isDue))
        }
        for index in claimants.programmes {
            let programme = programmes[index].programme
            guard let next = programmes[index].next else { continue }
            claims.append(
                Claim(
                    item: programme.id.rawValue, due: next.instant, priority: programme.priority,
                    audio: programmes[index].content,
                    isDue: false))
        }
    }

    /// The audio of programmes that are due later than within a week, the next first: the network may be gone by then. It takes
    /// the room that is left.
    private func laterContents() -> [[AudioReference]] {
        let claimed = Set(claimants.programmes)
        return programmes.indices.compactMap { index in
            claimed.contains(index) ? nil : programmes[index].next.map { (instant: $0.instant, index: index) }
        }.sorted { $0 < $1 }.map { programmes[$0.index].content }
    }

    /// The occurrence of a broadcast that sounds, waits, or comes next.
    private func pending(_ broadcast: Broadcast) -> Cue? {
        let live = playbacks.first { $0.id.item == broadcast.id.rawValue && $0.id.kind == .broadcast }
        return live?.cue ?? Cue(broadcast, number: decided(broadcast.id.rawValue) + 1)
    }

    /// A cue that needs its audio, in order of urgency: what is due by priority, then the rest by time.
    private struct Claim: Comparable {
        /// The broadcast or programme.
        var item: String
        var due: Timestamp
        var priority: Priority
        var audio: [AudioReference]
        var isDue: Bool

        static func < (left: Claim, right: Claim) -> Bool {
            if left.isDue != right.isDue { return left.isDue }
            if left.isDue, left.priority != right.priority { return left.priority > right.priority }
            return (left.due, left.item) < (right.due, right.item)
        }
    }
}
