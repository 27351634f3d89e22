/// What the renderer reports once the device has played it.
public struct RenderEvent: Sendable, Equatable, BitwiseCopyable {
    /// The kinds of event.
    public enum Kind: Sendable, BitwiseCopyable {
        /// The first frame of a voice was heard.
        case started
        /// A voice is still sounding.
        case progress
        /// A voice has gone silent and keeps its place.
        case paused
        /// A voice is heard again.
        case resumed
        /// The last frame of a voice was heard; its slot is free.
        case finished
        /// The last frame before a stop was heard; its slot is free.
        case stopped
    }

    /// Whether the voice is over.
    public var isEnd: Bool { kind == .finished || kind == .stopped }

    /// What happened.
    public internal(set) var kind: Kind
    /// The slot of the voice.
    public internal(set) var slot: Int
    /// Its tenant.
    public internal(set) var ticket: UInt64
    /// Wall time of the moment, in nanoseconds.
    public internal(set) var instant: Int64
    /// For `started`: nanoseconds between what was asked for and `instant`.
    public internal(set) var lateness: Int64
    /// Frames of the voice that have passed.
    public internal(set) var position: Int64
    /// Frames of the voice that left the device.
    public internal(set) var heard: Int64
    /// Frames of silence in the place of missing ones.
    public internal(set) var underrun: Int64
    /// The loudest sample.
    public internal(set) var peak: Float

    @_noLocks
    init(
        kind: Kind, slot: Int, ticket: UInt64, instant: Int64, lateness: Int64, position: Int64, heard: Int64,
        underrun: Int64, peak: Float
    ) {
        self.kind = kind
        self.slot = slot
        self.ticket = ticket
        self.instant = instant
        self.lateness = lateness
        self.position = position
        self.heard = heard
        self.underrun = underrun
        self.peak = peak
    }
}
