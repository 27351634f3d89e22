/// How long a relay waits for what, and how much it keeps.
///
/// The defaults suit a radio station at the end of a mobile network; tests are in more of a hurry.
public struct RelayLimits: Sendable, Hashable {
    /// Connecting, TLS included.
    public var connectTimeout = Duration.seconds(10)
    /// From asking to the first frame of sound, redirects included.
    public var answerTimeout = Duration.seconds(15)
    /// Without a byte or without a whole frame for so long, the connection is given up and made again.
    public var stallTimeout = Duration.seconds(8)
    /// The first wait before connecting again; it is drawn from here to its double.
    public var shortestRetry = Duration.milliseconds(250)
    /// The longest wait before connecting again.
    public var longestRetry = Duration.seconds(15)
    /// A connection that lasted so long has held: the waits begin at the shortest again.
    public var steadyAfter = Duration.seconds(3)

    /// The first connection is made after a wait that is drawn from nothing to this, unless it is needed sooner: a province of nodes
    /// begins the same programme in the same second.
    public var spread = Duration.seconds(2)
    /// So long before its turn a relay is connected.
    public var connectAhead = Duration.seconds(8)
    /// Sound that a relay keeps while nobody plays it, in seconds; what is older goes.
    public var seconds = 4.0
    /// Sound that has not been played at most, in seconds; beyond it the server waits.
    public var mostSeconds = 12.0
    /// The same in bytes.
    public var mostBytes = 512 * 1024
    /// Sound that must have come before a relay is heard, at first and after each gap, in seconds.
    public var secondsToBegin = 1.0
    /// The bounds in seconds within which the buffer is held against the drift of the two clocks, by leaving out or repeating
    /// a few milliseconds now and then.
    public var driftBounds = 0.5...8.0

    /// Dead air for so long, then the fallback sounds.
    public var fallbackDelay = Duration.seconds(2)
    /// A stream below `silenceLevel` for so long counts as dead, until something is heard on it.
    public var silenceTimeout = Duration.seconds(15)
    /// In dBFS, of the loudest sample.
    public var silenceLevel = -60.0

    /// The defaults.
    public init() {}
}
