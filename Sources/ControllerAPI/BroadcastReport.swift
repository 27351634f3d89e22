/// A broadcast and what became of each of its occurrences on each node.
public struct BroadcastReport: Hashable, Codable, Sendable {
    public var item: BroadcastItem
    /// By occurrence, then by node. An occurrence that is due later than now is absent unless it is the next one.
    public var playbacks: [Playback]

    public init(item: BroadcastItem, playbacks: [Playback]) {
        self.item = item
        self.playbacks = playbacks
    }
}
