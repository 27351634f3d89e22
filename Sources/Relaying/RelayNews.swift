/// What happened to a stream, for the log.
public enum RelayNews: Sendable, Hashable {
    /// Sound comes, for the n-th time.
    case connected(Int)
    /// The connection is gone, or could not be made. It is made again after the wait. The reason is for people.
    case lost(String, wait: Duration)
    /// What the station says that it broadcasts.
    case title(String)
}
