import CRealtime

/// Holds the mix below a ceiling by turning it down just before a peak, and up again after it.
///
/// **What it judges.** True peaks, as ITU-R BS.1770-4 (Annex 2) measures them: the samples themselves and three points
/// between any two, that is, the signal oversampled four times at any rate. Four times is what the annex asks for at 48 kHz;
/// at 96 kHz it is more than needed. Between those points a peak can still hide: of a tone at 20 kHz 0.5 dB, of white noise
/// 1.2 dB. So what is found above the ceiling is brought below it, by twice what it is above, at most 1.2 dB.
///
/// **How.** Looks ahead over the mix, which the renderer keeps by frame: the reduction that each frame needs is known
/// `window` frames before it is due. The gain is the least of the reductions ahead, recovering slowly, averaged over
/// `window` frames; so it is smooth, and never above what the frame itself needs. Where no reduction is near, frames are
/// copied to the bit. Its history lies in rings by frame, so that it can go back to any frame as the renderer does.
///
/// **What it costs.** Where no sample is loud enough for a point beside it to reach the ceiling (−7 dB and less), nothing but
/// the look for the loudest sample.
@safe
struct Limiter: ~Copyable {
    /// Frames over which a reduction comes.
    private static var window: Int {
        @_noLocks get { 64 }
    }
    /// Frames that are looked at on each side of a frame to judge it.
    private static var reach: Int {
        @_noLocks get { 8 }
    }
    /// Frames that the mix must be ahead of the output.
    static var lookahead: Int {
        @_noLocks get { window &+ reach }
    }
    /// Frames before a new one that must lie before it in memory.
    static var history: Int {
        @_noLocks get { reach &* 2 }
    }
    /// Frames that are judged or passed over together.
    private static var stretch: Int {
        @_noLocks get { 32 }
    }

    private let ceiling: Float
    /// The part of the ceiling that is kept free for what hides between the points.
    private let margin: Float = 0.13
    /// No sample up to here needs a look at what lies beside it.
    private let harmless: Float
    /// What is recovered of the missing gain with each frame: a time constant of 80 ms.
    private var recovery: Float
    private let mask: Int
    /// By frame: the reduction that the frame needs, and the envelope that the output was given.
    private let needed: UnsafeMutablePointer<Float>
    private let envelope: UnsafeMutablePointer<Float>
    /// Room for the points between the samples of a block, for the reductions ahead of it, and for its gains.
    private let between: UnsafeMutablePointer<Float>
    private let ahead: UnsafeMutablePointer<Float>
    private let gains: UnsafeMutablePointer<Float>
    private var lastNeeded = Int64.min
    private var lastBelow = Int64.min
    /// The frame from which on the mix may be another one than was looked ahead at.
    private var splice = Int64.min
    /// The frame before which `settle` changed the envelope last, and what that was.
    private var settled = Int64.min
    private let unsettled: UnsafeMutablePointer<Float>

    /// Remembers `span` frames, a power of two, and takes up to `block` at a time.
    init(ceiling: Float, rate: Int, span: Int, block: Int) {
        self.ceiling = ceiling
        harmless = ceiling / (REALTIME_BETWEEN_BOUND * 1.000_1)
        recovery = Self.recovery(at: rate)
        mask = span - 1
        unsafe needed = .allocate(capacity: span)
        unsafe envelope = .allocate(capacity: span)
        unsafe between = .allocate(capacity: (Self.stretch + 1) * 2)
        unsafe ahead = .allocate(capacity: block + Self.window)
        unsafe gains = .allocate(capacity: block * 2)
        unsafe unsettled = .allocate(capacity: Self.window)
        unsafe needed.initialize(repeating: 1, count: span)
        unsafe envelope.initialize(repeating: 1, count: span)
    }

    /// Calls `body` with the limiter's history.
    func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: needed, count: mask + 1)))
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: envelope, count: mask + 1)))
    }

    deinit {
        unsafe needed.deallocate()
        unsafe envelope.deallocate()
        unsafe between.deallocate()
        unsafe ahead.deallocate()
        unsafe gains.deallocate()
        unsafe unsettled.deallocate()
    }

    /// Goes on at another rate.
    mutating func adopt(rate: Int) {
        recovery = Self.recovery(at: rate)
    }

    private static func recovery(at rate: Int) -> Float { 1 / (0.08 * Float(rate)) }

    // MARK: - Looking ahead

    /// Looks at `count` new frames of the mix, the last of which is followed by frame `mixed`, and which lie in memory behind
    /// the `history` frames before them.
    @_noLocks
    mutating func examine(_ mix: UnsafePointer<Float>, channels: Int, mixed: Int64, count: Int) {
        // The frames to be judged lie `reach` before the new ones.
        let first = unsafe mix - Self.reach &* channels
        let start = mixed &- Int64(count &+ Self.reach)
        if unsafe isHarmless(first, channels: channels, count: count) {
            require(nothing: start, count: count)
        } else {
            var done = 0
            while done < count {
                let run = count &- done < Self.stretch ? count &- done : Self.stretch
                unsafe judge(first + done &* channels, channels: channels, frame: start &+ Int64(done), count: run)
                done &+= run
            }
        }
    }

    /// Whether no frame of `count` can have a peak above the ceiling, whatever lies between the samples.
    @_noLocks
    private func isHarmless(_ mix: UnsafePointer<Float>, channels: Int, count: Int) -> Bool {
        let loudest = unsafe realtime_peak(
            mix - Self.reach &* channels, (count &+ Self.reach &* 2) &* channels)
        return loudest <= harmless.bitPattern
    }

    /// Notes that `count` frames need no reduction.
    @_noLocks
    private func require(nothing frame: Int64, count: Int) {
        var index = 0
        while index < count {
            unsafe needed[place(frame &+ Int64(index))] = 1
            index &+= 1
        }
    }

    @_noLocks
    private mutating func judge(_ mix: UnsafePointer<Float>, channels: Int, frame: Int64, count: Int) {
        if unsafe isHarmless(mix, channels: channels, count: count) {
            require(nothing: frame, count: count)
            return
        }
        // What lies before the first frame counts for it, too.
        unsafe realtime_between(between, mix - channels, channels, (count &+ 1) &* channels)
        var index = 0
        while index < count {
            var peak: Float = 0
            var channel = 0
            while channel < channels {
                let at = index &* channels &+ channel
                let sample = unsafe Float(bitPattern: mix[at].bitPattern & 0x7FFF_FFFF)
                let before = unsafe between[at]
                let after = unsafe between[at &+ channels]
                peak = sample > peak ? sample : peak
                peak = before > peak ? before : peak
                peak = after > peak ? after : peak
                channel &+= 1
            }
            var reduction: Float = 1
            if peak > ceiling {
                let excess = 2 * (peak / ceiling - 1)
                reduction = (1 - (excess < margin ? excess : margin)) * ceiling / peak
                // Sums of what is not smaller than this are exact in double precision, in any order.
                if reduction < 0x1p-20 { reduction = 0x1p-20 }
                lastNeeded = frame &+ Int64(index)
            }
            unsafe needed[place(frame &+ Int64(index))] = reduction
            index &+= 1
        }
    }

    /// Goes back so that `frame` is the next to be processed; the mix will be examined again from there on, or from before.
    @_noLocks
    mutating func rewind(to frame: Int64) {
        lastNeeded = Int64.min
        lastBelow = Int64.min
        splice = frame
        if settled == frame {
            // What was looked ahead at then is not what comes now.
            var back: Int64 = 1
            while back < Int64(Self.window) {
                unsafe envelope[place(frame &- back)] = unsettled[Int(truncatingIfNeeded: back)]
                back &+= 1
            }
            settled = Int64.min
        }
        var back: Int64 = 1
        while back <= Int64(Self.window) {
            if unsafe envelope[place(frame &- back)] < 1 {
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
        settled = frame
        var least: Float = 1
        var back = Int64(Self.window) &- 1
        while back >= 1 {
            let value = unsafe needed[place(frame &+ Int64(Self.window) &- 1 &- back)]
            least = value < least ? value : least
            let at = place(frame &- back)
            unsafe unsettled[Int(truncatingIfNeeded: back)] = envelope[at]
            if unsafe envelope[at] > least {
                unsafe envelope[at] = least
                lastBelow = frame &- back
            }
            back &-= 1
        }
    }

    // MARK: - Turning down

    /// Writes `count` frames of the mix from `frame` on to `output`, held below the ceiling.
    @_noLocks
    mutating func process(
        _ mix: UnsafePointer<Float>, channels: Int, frame: Int64, count: Int, to output: UnsafeMutablePointer<Float>
    ) {
        if frame == splice { settle() }
        if lastNeeded < frame, lastBelow <= frame &- Int64(Self.window) {
            var index = 0
            while index < count &* channels {
                unsafe output[index] = mix[index]
                index &+= 1
            }
            index = 0
            while index < count {
                unsafe envelope[place(frame &+ Int64(index))] = 1
                index &+= 1
            }
            return
        }
        follow(frame: frame, count: count)
        if channels == 1 {
            unsafe realtime_scale(output, mix, ahead, count)
        } else {
            unsafe realtime_widen(gains, ahead, count)
            unsafe realtime_scale(output, mix, gains, count &* channels)
        }
    }

    /// Computes the gains of `count` frames into `ahead`, and the envelope behind them.
    @_noLocks
    private mutating func follow(frame: Int64, count: Int) {
        let window = Int64(Self.window)
        var index = 0
        while index < count &+ Self.window &- 1 {
            unsafe ahead[index] = needed[place(frame &+ Int64(index))]
            index &+= 1
        }
        unsafe realtime_least_of_64(ahead, count)
        var sum: Double = 0
        var back = window
        while back > 0 {
            sum += unsafe Double(envelope[place(frame &- back)])
            back &-= 1
        }
        var previous = unsafe envelope[place(frame &- 1)]
        index = 0
        while index < count {
            let now = frame &+ Int64(index)
            let least = unsafe ahead[index]
            var gain = previous + (1 - previous) * recovery
            if gain > 0.999_99 { gain = 1 }
            if least < gain { gain = least }
            if gain < 1 { lastBelow = now }
            sum += unsafe Double(gain) - Double(envelope[place(now &- window)])
            unsafe envelope[place(now)] = gain
            previous = gain
            unsafe ahead[index] = lastBelow <= now &- window ? 1 : Float(sum * (1 / 64))
            index &+= 1
        }
    }

    /// Where a frame lies in the rings.
    @_noLocks
    private func place(_ frame: Int64) -> Int {
        Int(truncatingIfNeeded: frame) & mask
    }
}
