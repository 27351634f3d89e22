public import Broadcasting

/// Something that happened, told to those who watch.
public struct LiveEvent: Hashable, Codable, Sendable {
    public var kind: Kind
    public var at: Timestamp
    public var node: NodeID?
    public var broadcast: BroadcastID?
    /// Of kind `playback`: how far it has come now.
    public var playback: Playback?
    /// Of kind `playback`, where it is a programme's: how far it has come now.
    public var programme: ProgrammePlayback?
    /// Of kind `node`: how it is now.
    public var state: NodeItem.State?
    /// For people, in English.
    public var text: String

    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// A piece of audio was added.
        case audio
        /// A broadcast was made or recalled.
        case broadcast
        /// A scope got another schedule.
        case schedule
        /// A scope was halted, or the halt was lifted.
        case halt
        /// A node was added or changed, came, went, or changed its state.
        case node
        /// A node told something of an occurrence of a broadcast or a programme.
        case playback
        /// A node told something of itself.
        case record
        /// A record could not be read.
        case unreadable
        /// Nothing happened; says that the connection lives.
        case alive
        /// The watcher was too slow and missed events; look at the resources again.
        case gap
    }

    public init(_ kind: Kind, at: Timestamp, text: String) {
        self.kind = kind
        self.at = at
        self.text = text
    }
}
