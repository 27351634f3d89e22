import CALSA

/// How a device wants its samples.
public enum PCMFormat: Sendable, Hashable, CaseIterable {
    /// 16 bits: first choice, because every device and every conversion by ALSA does it without loss or noise.
    case s16
    /// 32 bits.
    case s32
    /// 24 bits in the lower part of four bytes.
    case s24
    /// 24 bits in three bytes.
    case s24Packed
    /// 32-bit floating point.
    case float

    /// ALSA's name.
    public var name: String {
        switch self {
        case .s16: "S16_LE"
        case .s32: "S32_LE"
        case .s24: "S24_LE"
        case .s24Packed: "S24_3LE"
        case .float: "FLOAT_LE"
        }
    }

    /// Bytes of one sample.
    public var bytes: Int {
        switch self {
        case .s16: 2
        case .s24Packed: 3
        case .s32, .s24, .float: 4
        }
    }

    var alsa: snd_pcm_format_t {
        switch self {
        case .s16: SND_PCM_FORMAT_S16_LE
        case .s32: SND_PCM_FORMAT_S32_LE
        case .s24: SND_PCM_FORMAT_S24_LE
        case .s24Packed: SND_PCM_FORMAT_S24_3LE
        case .float: SND_PCM_FORMAT_FLOAT_LE
        }
    }
}
