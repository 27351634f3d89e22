/// The four bytes with which each frame of MPEG audio of layer III begins (ISO/IEC 11172-3 and 13818-3, and MPEG 2.5).
public struct MPEGHeader: Sendable, Hashable {
    /// The bytes, most significant first.
    let bits: UInt32

    /// Frames of sound in a second.
    public let sampleRate: Int

    /// Samples in a frame of sound: 1 or 2.
    public let channels: Int

    /// Frames of sound that it stands for: 1,152, or 576 below 32 kHz.
    public let frames: Int

    /// Its length in bytes, the header included.
    public let size: Int

    /// Seconds of sound that it stands for.
    public var duration: Double { Double(frames) / Double(sampleRate) }

    /// What stays the same in a stream: version, sample rate, and whether it is mono.
    var kind: UInt32 { bits & 0x0018_0C00 | (channels == 1 ? 1 : 0) }

    private static let bitrates1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    private static let bitrates2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

    /// Reads a header; nil for what is none. Free format, whose length a header does not tell, counts as none.
    public init?(_ bits: UInt32) {
        let version = Int(bits >> 19 & 3)
        let bitrate = Int(bits >> 12 & 15)
        let rate = Int(bits >> 10 & 3)
        guard bits >> 21 == 0x7FF, version != 1, bits >> 17 & 3 == 1, bitrate != 0, bitrate != 15, rate != 3,
            bits & 3 != 2
        else { return nil }
        self.bits = bits
        sampleRate = [44_100, 48_000, 32_000][rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
        frames = version == 3 ? 1_152 : 576
        channels = bits >> 6 & 3 == 3 ? 1 : 2
        let kilobits = version == 3 ? Self.bitrates1[bitrate] : Self.bitrates2[bitrate]
        size = frames / 8 * kilobits * 1_000 / sampleRate + Int(bits >> 9 & 1)
    }
}
