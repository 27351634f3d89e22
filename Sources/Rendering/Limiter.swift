/// Holds the mix below a ceiling by turning it down just before a peak, and up again after it.
///
/// Looks ahead over the mix, which the renderer keeps by frame: the reduction that each frame needs is known `lookahead`
/// frames before it is due. The gain is the least of the reductions ahead, recovering slowly, averaged over `lookahead`
/// frames; so it is smooth, and never above what the frame itself needs. Where no reduction is near, frames are copied to
/// the bit. Its history lies in rings by frame, so that it can go back to any frame as the renderer does.
///
/// Judges samples as they are. A peak between two samples can exceed the ceiling, by less than 1 dB for music and speech.
@safe
struct Limiter: ~Copyable {
    /// Frames that the mix must be ahead of the output.
    static var lookahead: Int {
        @_noLocks get { 64 }
    }

    private let ceiling: Float
    private let ceilingBits: UInt32
    /// What is recovered of the missing gain with each frame: a time constant of about 80 ms.
    private let recovery: Float = 1 / 3840
    private let mask: Int
    /// By frame: the reduction that the frame needs, and the envelope that the output was given.
    private let needed: UnsafeMutablePointer<Float>
    private let envelope: UnsafeMutablePointer<Float>
    private var lastNeeded = Int64.min
    private var lastBelow = Int64.min
    /// The frame from which on the mix may be another one than was looked ahead at.
    private var splice = Int64.min

    /// Remembers `span` frames, a power of two.
    init(ceiling: Float, span: Int) {
        self.ceiling = ceiling
        ceilingBits = ceiling.bitPattern
        mask = span - 1
        unsafe needed = .allocate(capacity: span)
        unsafe envelope = .allocate(capacity: span)
        unsafe needed.initialize(repeating: 1, count: span)
        unsafe envelope.initialize(repeating: 1, count: span)
    }

    deinit {
        unsafe needed.deallocate()
        unsafe envelope.deallocate()
    }

    /// Looks at `count` new frames of the mix, the first of which is `frame`. Does not wrap around the ring.
    @_noLocks
    mutating func examine(_ mix: UnsafePointer<Float>, channels: Int, frame: Int64, count: Int) {
        let base = unsafe needed + (Int(truncatingIfNeeded: frame) & mask)
        var peak: UInt32 = 0
        var index = 0
        while index < count &* channels {
            let bits = unsafe mix[index].bitPattern & 0x7FFF_FFFF
            peak = bits > peak ? bits : peak
            index &+= 1
        }
        index = 0
        if peak <= ceilingBits {
            while index < count {
                unsafe base[index] = 1
                index &+= 1
            }
            return
        }
        while index < count {
            var bits: UInt32 = 0
            var channel = 0
            while channel < channels {
                let sample = unsafe mix[index &* channels &+ channel].bitPattern & 0x7FFF_FFFF
                bits = sample > bits ? sample : bits
                channel &+= 1
            }
            if bits > ceilingBits {
                unsafe base[index] = ceiling / Float(bitPattern: bits)
                lastNeeded = frame &+ Int64(index)
            } else {
                unsafe base[index] = 1
            }
            index &+= 1
        }
    }

    /// Forgets what lies ahead of `frame`; it will be examined again.
    @_noLocks
    mutating func rewind(to frame: Int64) {
        lastNeeded = Int64.min
        lastBelow = Int64.min
        splice = frame
        var back: Int64 = 1
        while back <= Int64(Self.lookahead) {
            if unsafe envelope[Int(truncatingIfNeeded: frame &- back) & mask] < 1 {
                lastBelow = frame &- back
                return
            }
            back &+= 1
        }
    }

    /// Makes the envelope before the splice what it would have been, had the mix after it been known. So a new voice that
    /// is loud at once is held too; the gain then steps at the splice, where the signal itself does.
    @_noLocks
    private mutating func settle() {
        let frame = splice
        splice = Int64.min
        if lastNeeded < frame { return }
        var least: Float = 1
        var back = Int64(Self.lookahead) &- 1
        while back >= 1 {
            let value = unsafe needed[Int(truncatingIfNeeded: frame &+ Int64(Self.lookahead) &- 1 &- back) & mask]
            least = value < least ? value : least
            let place = Int(truncatingIfNeeded: frame &- back) & mask
            if unsafe envelope[place] > least {
                unsafe envelope[place] = least
                lastBelow = frame &- back
            }
            back &-= 1
        }
    }

    /// Writes `count` frames of the mix from `frame` on to `output`, held below the ceiling.
    @_noLocks
    mutating func process(
        _ mix: UnsafePointer<Float>, channels: Int, frame: Int64, count: Int, to output: UnsafeMutablePointer<Float>
    ) {
        let window = Int64(Self.lookahead)
        var index = 0
        if frame == splice { settle() }
        if lastNeeded < frame, lastBelow <= frame &- window {
            while index < count &* channels {
                unsafe output[index] = mix[index]
                index &+= 1
            }
            index = 0
            while index < count {
                unsafe envelope[Int(truncatingIfNeeded: frame &+ Int64(index)) & mask] = 1
                index &+= 1
            }
            return
        }
        var sum: Double = 0
        var back = window
        while back > 0 {
            sum += unsafe Double(envelope[Int(truncatingIfNeeded: frame &- back) & mask])
            back &-= 1
        }
        var previous = unsafe envelope[Int(truncatingIfNeeded: frame &- 1) & mask]
        while index < count {
            let now = frame &+ Int64(index)
            var least: Float = 1
            var ahead: Int64 = 0
            while ahead < window {
                let value = unsafe needed[Int(truncatingIfNeeded: now &+ ahead) & mask]
                least = value < least ? value : least
                ahead &+= 1
            }
            var gain = previous + (1 - previous) * recovery
            if gain > 0.99999 { gain = 1 }
            if least < gain { gain = least }
            if gain < 1 { lastBelow = now }
            sum += unsafe Double(gain) - Double(envelope[Int(truncatingIfNeeded: now &- window) & mask])
            unsafe envelope[Int(truncatingIfNeeded: now) & mask] = gain
            previous = gain
            let factor: Float = lastBelow <= now &- window ? 1 : Float(sum / Double(Self.lookahead))
            var channel = 0
            while channel < channels {
                let at = index &* channels &+ channel
                var sample = unsafe mix[at] * factor
                // The gain is rounded; full scale is never passed.
                if sample > 1 { sample = 1 }
                if sample < -1 { sample = -1 }
                unsafe output[at] = sample
                channel &+= 1
            }
            index &+= 1
        }
    }
}
