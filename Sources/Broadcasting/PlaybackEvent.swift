/// What happened to one cue on one node.
public struct PlaybackEvent: Hashable, Codable, Sendable {
    /// The kinds of playback record, as they stand in a record's `kind`.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// The node has the document that names the cue.
        case accepted
        /// The cue's audio is on the node's disk, checked.
        case fetched
        /// Its first frame left the device.
        case started
        /// It fell silent before its end. With `final`, for good.
        case interrupted
        case resumed
        /// Its last frame left the device. Always final, as are all that follow.
        case finished
        /// A person or a limit ended it.
        case stopped
        /// The node would not play it.
        case refused
        /// It was due, and could not be started in time.
        case missed
        /// It could not be played, or not as a whole.
        case failed
    }

    public var kind: Kind
    public var cue: CueID
    /// Whether this is the cue's one terminal record.
    public var final: Bool
    public var title: String?
    public var priority: Priority?
    public var drill: Bool?
    /// The instant at which the cue was due.
    public var due: Timestamp?
    /// Seconds between the instant at which it was due and its first frame; positive is late.
    public var startError: Double?
    /// Seconds into its blocks at which it began, where that was not their beginning; in `started` and `resumed`.
    public var offset: Double?
    /// Frames of the whole cue from where it began, at `rate`.
    public var framesDue: Int64?
    /// Frames of it that left the device, as the device counted them.
    public var framesHeard: Int64?
    /// Frames of silence that stood between its own, because its audio did not come from the disk in time; nil where there were none.
    public var framesSilent: Int64?
    /// Hz.
    public var rate: Int?
    /// The loudest sample that was written, in dBFS.
    public var peak: Double?
    /// The gain in dB at which it sounded, ducking left out.
    public var gain: Double?
    /// What that gain is made of, and the duck: that of the moment in `started` and `resumed`, the deepest in a terminal record.
    public var gains: GainChain?
    /// The cue that interrupted this one.
    public var by: CueID?
    public var reason: Reason?
    /// What became of the cue's relays, in its terminal record; nil when it came to none.
    public var relay: RelayReport?

    public init(_ kind: Kind, _ cue: CueID, final: Bool = false, reason: Reason? = nil) {
        self.kind = kind
        self.cue = cue
        self.final = final
        self.reason = reason
    }
}
