/// What control asks of the renderer.
public struct RenderCommand: Sendable, BitwiseCopyable {
    /// The kinds of command.
    public enum Kind: Sendable, BitwiseCopyable {
        /// A voice moves into a free slot, silent, with `gain` and `channels`.
        case attach
        /// It begins at `instant`.
        case start
        /// It fades out and keeps its place.
        case pause
        /// It fades in where it stopped.
        case resume
        /// It fades out and leaves.
        case stop
        /// Its gain moves to `gain` along `ramp`. Ducking is two of these: the ramp of the one that lowers is the attack, that
        /// of the one that raises again the release.
        case level
    }

    /// An instant that has always passed: as soon as possible.
    public static var immediately: Int64 {
        @_noLocks get { Int64.min }
    }

    var kind: Kind
    var slot: Int
    var ticket: UInt64
    var channels: Int
    var gain: Float
    var ramp: RampShape
    var instant: Int64
    var stamp: Int64

    /// Puts a command together.
    ///
    /// - Parameters:
    ///   - slot: which of the renderer's slots it is about.
    ///   - ticket: names the tenant of the slot; a command for a former tenant does nothing.
    ///   - instant: wall time in nanoseconds, for `start`.
    ///   - stamp: the wall time at which the caller asked.
    public init(
        _ kind: Kind, slot: Int, ticket: UInt64, channels: Int = 2, gain: Float = 1, ramp: RampShape = .immediate,
        instant: Int64 = RenderCommand.immediately, stamp: Int64 = 0
    ) {
        self.kind = kind
        self.slot = slot
        self.ticket = ticket
        self.channels = channels
        self.gain = gain
        self.ramp = ramp
        self.instant = instant
        self.stamp = stamp
    }
}
