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

    /// Writes `count` samples to `target`, rounded to the nearest value (ties to even) and held within the format's range.
    @_noLocks
    func convert(_ source: UnsafePointer<Float>, count: Int, to target: UnsafeMutableRawPointer) {
        switch self {
        case .s16:
            let target = unsafe target.assumingMemoryBound(to: Int16.self)
            var index = 0
            while index < count {
                unsafe target[index] = Int16(
                    truncatingIfNeeded: Self.round(source[index], scale: 32_768, limit: 32_767))
                index &+= 1
            }
        case .s24:
            let target = unsafe target.assumingMemoryBound(to: Int32.self)
            var index = 0
            while index < count {
                unsafe target[index] = Self.roundWide(source[index], scale: 8_388_608, limit: 8_388_607)
                index &+= 1
            }
        case .s24Packed:
            let target = unsafe target.assumingMemoryBound(to: UInt8.self)
            var index = 0
            while index < count {
                let value = unsafe Self.roundWide(source[index], scale: 8_388_608, limit: 8_388_607)
                let at = index &* 3
                unsafe target[at] = UInt8(truncatingIfNeeded: value)
                unsafe target[at &+ 1] = UInt8(truncatingIfNeeded: value &>> 8)
                unsafe target[at &+ 2] = UInt8(truncatingIfNeeded: value &>> 16)
                index &+= 1
            }
        case .s32:
            let target = unsafe target.assumingMemoryBound(to: Int32.self)
            var index = 0
            while index < count {
                unsafe target[index] = Self.roundWide(source[index], scale: 2_147_483_648, limit: 2_147_483_647)
                index &+= 1
            }
        case .float:
            let target = unsafe target.assumingMemoryBound(to: Float.self)
            var index = 0
            while index < count {
                unsafe target[index] = source[index]
                index &+= 1
            }
        }
    }

    /// Rounds by adding a number so large that no fraction is left: exact for values below 2²², ties to even, no branch.
    @_noLocks
    private static func round(_ sample: Float, scale: Float, limit: Float) -> Int32 {
        var value = sample * scale
        value = value > limit ? limit : value
        // A comparison that NaN fails, so that a broken sample becomes full negative scale and nothing worse.
        value = value >= -scale ? value : -scale
        return Int32(truncatingIfNeeded: (value + 12_582_912).bitPattern) &- 0x4B40_0000
    }

    /// The same in double precision, exact for values below 2³¹.
    @_noLocks
    private static func roundWide(_ sample: Float, scale: Double, limit: Double) -> Int32 {
        var value = Double(sample) * scale
        value = value > limit ? limit : value
        value = value >= -scale ? value : -scale
        return Int32(truncatingIfNeeded: Int64(bitPattern: (value + 6_755_399_441_055_744).bitPattern))
    }
}
