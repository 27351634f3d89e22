/// A stream of MP3 over HTTP or HTTPS that is passed on for a stated time.
///
/// It takes exactly that time, whatever the stream does: what does not come is replaced by the fallback, or else by silence.
public struct RelaySegment: Sendable, Hashable {
    /// An MP3 file that sounds where the stream does not.
    public struct Fallback: Sendable, Hashable {
        /// Where the file lies.
        public var path: String
        /// The gain of this file alone, in dB.
        public var gain: Double

        /// Describes the file at `path`, played with `gain` dB.
        public init(path: String, gain: Double = 0) {
            self.path = path
            self.gain = gain
        }
    }

    /// The address of the stream, or of a playlist (M3U, PLS) that names it.
    public var url: String
    /// Seconds that it takes.
    public var duration: Double
    /// What sounds after the stream was dead for a while, from its beginning, and again from there when it has ended; nil for silence.
    public var fallback: Fallback?

    /// Describes a relay.
    public init(url: String, duration: Double, fallback: Fallback? = nil) {
        self.url = url
        self.duration = duration
        self.fallback = fallback
    }
}
