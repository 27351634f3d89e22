import CRealtime

/// How the device wants its samples, in the byte order of this machine.
public enum SampleFormat: Sendable, Hashable, BitwiseCopyable, CaseIterable {
    /// 16 bits.
    case s16
    /// 24 bits in the lower part of four bytes.
    case s24
    /// 24 bits in three bytes, little-endian.
    case s24Packed
    /// 32 bits.
    case s32
    /// 32-bit floating point.
    case float

    /// Bytes of one sample.
    public var bytes: Int {
        @_noLocks get {
            switch self {
            case .s16: 2
            case .s24Packed: 3
            case .s24, .s32, .float: 4
            }
        }
    }

    /// Steps from silence to full scale where bits are dropped that one could miss; nil where a sample keeps all that it has.
    var ditherScale: Float? {
        @_noLocks get {
            switch self {
            case .s16: 32_768
            case .s24, .s24Packed: 8_388_608
            case .s32, .float: nil
            }
        }
    }

    /// Writes `count` samples to `target`, rounded to the nearest value (ties to even) and held within the format's range.
    @_noLocks
    func convert(_ source: UnsafePointer<Float>, count: Int, to target: UnsafeMutableRawPointer) {
        switch self {
        case .s16:
            unsafe realtime_to_s16(target.assumingMemoryBound(to: Int16.self), source, count)
        case .s24:
            unsafe realtime_to_s32(target.assumingMemoryBound(to: Int32.self), source, 8_388_608, count)
        case .s24Packed:
            unsafe realtime_to_s24_packed(target.assumingMemoryBound(to: UInt8.self), source, count)
        case .s32:
            unsafe realtime_to_s32(target.assumingMemoryBound(to: Int32.self), source, 2_147_483_648, count)
        case .float:
            unsafe realtime_copy(target.assumingMemoryBound(to: Float.self), source, count)
        }
    }
}
