import Broadcasting

/// Turns what the ledger holds into what nodes are told. Pure: the same rows make the same document.
enum Composer {
    /// How long a broadcast stays in its documents after it is over, so that a node that was away learns of it and can tell: a day.
    static let afterlife = 86_400.0
    /// The most that a document's broadcasts may take as JSON; base64url and the envelope bring it below `DocumentVerifier.maximumBytes`.
    static let maximumBytes = 700_000

    /// A broadcast, and when no occurrence of it can sound any more.
    struct Row: Sendable {
        var broadcast: Broadcast
        var overAt: Timestamp
    }

    /// What is the same for every node.
    struct Common: Sendable {
        var contentAddresses: [String]
        var trustedKeys: [PublicKey]
    }

    /// The broadcasts in force, and those that were over less than a day ago. Of the latter, the oldest give way where the document
    /// would grow too large; what is in force never does.
    static func broadcasts(_ rows: [Row], halt: Halt?, now: Timestamp) throws -> BroadcastsDocument {
        let kept = rows.filter { now < $0.overAt.advanced(bySeconds: afterlife) }
        let sizes = try kept.map { try Wire.encode($0.broadcast).count + 1 }
        var excess = sizes.reduce(0, +) - maximumBytes
        var dropped: Set<BroadcastID> = []
        let old = kept.indices.filter { kept[$0].overAt <= now }.sorted { kept[$0].overAt < kept[$1].overAt }
        for index in old where excess > 0 {
            dropped.insert(kept[index].broadcast.id)
            excess -= sizes[index]
        }
        return BroadcastsDocument(
            broadcasts: kept.map(\.broadcast).filter { !dropped.contains($0.id) }, halt: halt)
    }

    /// A scope's programmes with the manifest of the audio that they need.
    static func schedule(_ programmes: [Programme]) -> ScheduleDocument {
        var manifest: [ContentHash: AudioReference] = [:]
        for audio in programmes.flatMap(\.content) { manifest[audio.sha256] = audio }
        return ScheduleDocument(
            programmes: programmes, manifest: manifest.values.sorted { $0.sha256 < $1.sha256 })
    }

    /// A node's settings with the addresses and keys of today.
    static func settings(_ settings: NodeSettings, common: Common) -> NodeSettings {
        var settings = settings
        settings.contentAddresses = common.contentAddresses
        settings.trustedKeys = common.trustedKeys
        return settings
    }

    /// When no occurrence of `broadcast` can sound any more.
    static func overAt(_ broadcast: Broadcast) -> Timestamp {
        let lastStart = broadcast.repeat.map { min($0.until, broadcast.expires) } ?? broadcast.expires
        let over = lastStart.advanced(bySeconds: broadcast.maximumDuration)
        return broadcast.cancelled.map { min($0.at, over) } ?? over
    }
}
