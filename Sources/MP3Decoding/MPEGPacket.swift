/// One frame of an MP3 stream, header and body.
public struct MPEGPacket: Sendable, Hashable {
    /// What its first four bytes say.
    public let header: MPEGHeader

    /// All its bytes.
    public let bytes: [UInt8]

    /// Puts one together; `bytes` begin with the header.
    public init(header: MPEGHeader, bytes: [UInt8]) {
        self.header = header
        self.bytes = bytes
    }
}
