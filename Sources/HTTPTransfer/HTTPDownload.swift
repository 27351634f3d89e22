/// What a download did.
public struct HTTPDownload: Sendable, Hashable {
    /// Size of the file now.
    public let bytes: Int64

    /// How many of these were there before and were not transferred again.
    public let resumedFrom: Int64

    /// A download of `bytes`, `resumedFrom` of which were there before.
    public init(bytes: Int64, resumedFrom: Int64) {
        self.bytes = bytes
        self.resumedFrom = resumedFrom
    }
}
