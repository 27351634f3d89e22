/// How far a transfer is, in bytes.
public struct HTTPProgress: Sendable, Hashable {
    /// Bytes sent, or bytes in the file, those from before included.
    public let bytes: Int64

    /// Bytes in all; nil while that is not known.
    public let total: Int64?
}
