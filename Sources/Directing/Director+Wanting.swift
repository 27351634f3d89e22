import Broadcasting

extension Director {
    /// Says which audio should be on the disk, when that changes, and records what has come.
    mutating func want() {
        var claims: [Claim] = []
        for each in inForce {
            let id = each.broadcast.id.rawValue
            guard each.broadcast.cancelled == nil, let cue = pending(each.broadcast) else { continue }
            let isDue = cue.due <= time.reckoned || cue.due <= each.issuedAt
            claims.append(Claim(cue: cue, isDue: isDue))
            if memory.broadcasts[id]?.fetched == false,
                cue.audio.allSatisfy({ content[$0.sha256] == .available })
            {
                memory.broadcasts[id]?.fetched = true
                record(.fetched, cue)
            }
        }
        var seen: Set<ContentHash> = []
        let audio = claims.sorted().flatMap(\.cue.audio).filter { seen.insert($0.sha256).inserted }
        guard audio != wanted else { return }
        wanted = audio
        content = content.filter { $0.value == .available || seen.contains($0.key) }
        effects.append(.want(audio))
    }

    /// The occurrence of a broadcast that sounds, waits, or comes next.
    private func pending(_ broadcast: Broadcast) -> Cue? {
        let live = playbacks.first { $0.id.item == broadcast.id.rawValue && $0.id.kind == .broadcast }
        return live?.cue ?? Cue(broadcast, number: decided(broadcast.id.rawValue) + 1)
    }

    /// A cue that needs its audio, in order of urgency: what is due by priority, then the rest by time.
    private struct Claim: Comparable {
        var cue: Cue
        var isDue: Bool

        static func < (left: Claim, right: Claim) -> Bool {
            if left.isDue != right.isDue { return left.isDue }
            if left.isDue, left.cue.priority != right.cue.priority { return left.cue.priority > right.cue.priority }
            return (left.cue.due, left.cue.id) < (right.cue.due, right.cue.id)
        }
    }
}
