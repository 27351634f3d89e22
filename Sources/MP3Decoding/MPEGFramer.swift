/// Cuts bytes, as a network brings them, into the frames of an MP3 stream.
///
/// Any noise holds something that looks like a frame. So a stream counts as found when three headers follow each other, each
/// where the one before says that it should be, and of the same kind; the same holds after bytes that belong to no frame, and for
/// a stream that goes on with another sample rate. ID3 tags (version 2) are passed over.
public struct MPEGFramer: Sendable {
    /// Bytes without a frame after which the stream counts as lost.
    public static let searchLimit = 65_536

    private var bytes: [UInt8] = []
    private var at = 0
    /// The kind of the stream, once it is found.
    private var kind: UInt32?
    /// Bytes of a tag that are still to come.
    private var tag = 0
    /// Bytes that belonged to no frame since the last.
    private var skipped = 0
    private var hasBegun = false

    /// What the bytes show themselves to be, where that is not MP3.
    public private(set) var otherKind: String?

    /// Whether so much came without a frame that it is no MP3 stream, or no more.
    public var isLost: Bool { otherKind != nil || skipped > Self.searchLimit }

    /// A framer at the beginning of a stream, or somewhere within one.
    public init() {}

    /// Takes the bytes that came next.
    public mutating func add(_ more: Span<UInt8>) {
        if at > 16_384 {
            bytes.removeFirst(at)
            at = 0
        }
        unsafe more.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        if !hasBegun, bytes.count >= 16 {
            hasBegun = true
            otherKind = FileSignature.name(of: Array(bytes.prefix(16)))
        }
    }

    /// The next whole frame, or nil until more bytes have come.
    public mutating func next() -> MPEGPacket? {
        while hasBegun, otherKind == nil {
            if tag > 0 {
                let count = min(tag, bytes.count - at)
                at += count
                tag -= count
                guard tag == 0 else { return nil }
            }
            guard bytes.count - at >= 10 else { return nil }
            if bytes[at] == UInt8(ascii: "I"), bytes[at + 1] == UInt8(ascii: "D"), bytes[at + 2] == UInt8(ascii: "3") {
                // The size has seven bits in each byte; a footer repeats the ten bytes of the head.
                let size = bytes[at + 6..<at + 10].reduce(0) { $0 << 7 | Int($1 & 0x7F) }
                tag = 10 + size + (bytes[at + 5] & 0x10 != 0 ? 10 : 0)
                continue
            }
            guard let header = header(at: at) else {
                skip()
                continue
            }
            if header.kind != kind {
                guard let confirmed = isConfirmed(header) else { return nil }
                guard confirmed else {
                    skip()
                    continue
                }
                kind = header.kind
            }
            guard bytes.count - at >= header.size else { return nil }
            let packet = MPEGPacket(header: header, bytes: Array(bytes[at..<at + header.size]))
            at += header.size
            skipped = 0
            return packet
        }
        return nil
    }

    private mutating func skip() {
        kind = nil
        at += 1
        skipped += 1
    }

    private func header(at place: Int) -> MPEGHeader? {
        guard place + 4 <= bytes.count else { return nil }
        return MPEGHeader(bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) })
    }

    /// Whether two more headers of its kind follow; nil where they have not come yet.
    private func isConfirmed(_ first: MPEGHeader) -> Bool? {
        var place = at + first.size
        for _ in 0..<2 {
            guard place + 4 <= bytes.count else { return nil }
            guard let next = header(at: place), next.kind == first.kind else { return false }
            place += next.size
        }
        return true
    }
}
