public import Broadcasting

/// A broadcast as a person asks for it. What is absent takes the default of its class.
public struct BroadcastRequest: Hashable, Codable, Sendable {
    /// The title of the first piece of audio where none is given.
    public var title: String?
    /// Pieces of the library, played in order without gaps.
    public var audio: [ContentHash]
    /// Where it sounds. At least one.
    public var scopes: [Scope]
    public var `class`: BulletinClass
    /// When it is due; at once where absent.
    public var at: Timestamp?
    /// Seconds after it is due in which it may still be started. An hour where absent, or as long as it is repeated.
    public var expires: Double?
    public var `repeat`: Broadcast.Repetition?
    public var over: Covering?
    public var whenInterrupted: InterruptionPolicy?
    public var priority: Priority?
    /// Gain in dB beside that of the nodes.
    public var volume: Double?
    public var drill: Bool?
    /// A piece of the library that sounds first.
    public var chime: ContentHash?
    /// Seconds that one occurrence may take at the most; its audio and a minute more where absent.
    public var maximumDuration: Double?

    public init(audio: [ContentHash], scopes: [Scope], class: BulletinClass = .normal) {
        self.audio = audio
        self.scopes = scopes
        self.class = `class`
    }
}
