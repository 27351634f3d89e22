/// One frame of an MPEG stream, as its header describes it.
struct MPEGFrame: Sendable, Hashable {
    /// The four header bytes, most significant first.
    let header: UInt32

    /// Offset of the header from the beginning of the file, in bytes.
    let offset: Int

    /// Header and body, in bytes.
    let size: Int

    /// Offset of the first byte after the frame.
    var end: Int { offset + size }

    /// The MPEG audio layer: 1, 2 or 3.
    var layer: Int { 4 - Int(header >> 17 & 3) }

    /// Whether one channel is coded.
    var isMono: Bool { header >> 6 & 3 == 3 }

    /// What must stay the same for all frames of a file: version, layer, sample rate and mono or not.
    var kind: UInt32 { header & 0x001E_0C00 | (isMono ? 1 : 0) }

    /// The bits of the header that tell its bit rate; 0 is free format.
    var bitrateIndex: Int { Int(header >> 12 & 15) }
}
