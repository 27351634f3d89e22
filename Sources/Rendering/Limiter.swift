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
    /// With each frame the gain is multiplied by the one and gains the other: a time constant of 80 ms.
    private var keeping: Float
    private var recovery: Float
    /// By frame, from the next one to be processed to the last that could be judged: the reduction that it needs.
    private let needed: UnsafeMutablePointer<Float>
    private let neededMask: Int
    /// By frame: the envelope that the output was given.
    private let mask: Int
    private let envelope: UnsafeMutablePointer<Float>
    /// Room for the points between samples, for the reductions of a block and those ahead of it, for the envelope of a block
    /// and that behind it, and for the gains of a block.
    private let between: UnsafeMutablePointer<Float>
    private let ahead: UnsafeMutablePointer<Float>
    private let course: UnsafeMutablePointer<Float>
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
        (keeping, recovery) = Self.recovery(at: rate)
        mask = span - 1
        neededMask = block * 2 - 1
        unsafe needed = .allocate(capacity: block * 2)
        unsafe envelope = .allocate(capacity: span)
        unsafe between = .allocate(capacity: (Self.stretch + 1) * 2)
        unsafe ahead = .allocate(capacity: block + Self.window)
        unsafe course = .allocate(capacity: block + Self.window)
        unsafe gains = .allocate(capacity: block)
        unsafe unsettled = .allocate(capacity: Self.window)
        unsafe needed.initialize(repeating: 1, count: block * 2)
        unsafe envelope.initialize(repeating: 1, count: span)
    }

    /// Calls `body` with the limiter's history.
    func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: envelope, count: mask + 1)))
    }

    deinit {
        unsafe needed.deallocate()
        unsafe envelope.deallocate()
        unsafe between.deallocate()
        unsafe ahead.deallocate()
        unsafe course.deallocate()
        unsafe gains.deallocate()
        unsafe unsettled.deallocate()
    }

    /// Goes on at another rate.
    mutating func adopt(rate: Int) {
        (keeping, recovery) = Self.recovery(at: rate)
    }

    private static func recovery(at rate: Int) -> (keeping: Float, recovery: Float) {
        let part = 1 / (0.08 * Float(rate))
        return (1 - part, part * 1.001)
    }

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
        let at = Int(truncatingIfNeeded: frame) & neededMask
        let edge = neededMask &+ 1 &- at
        let first = count < edge ? count : edge
        unsafe realtime_fill(needed + at, 1, first)
        unsafe realtime_fill(needed, 1, count &- first)
    }

    /// Computes what `count` frames need, the first of which is `frame` and lies at `mix`.
    @_noLocks
    private mutating func judge(_ mix: UnsafePointer<Float>, channels: Int, frame: Int64, count: Int) {
        if unsafe isHarmless(mix, channels: channels, count: count) {
            require(nothing: frame, count: count)
            return
        }
        // What lies before the first frame counts for it, too.
        unsafe realtime_between(between, mix - channels, channels, (count &+ 1) &* channels)
        if unsafe realtime_reductions(gains, mix, between, ceiling, margin, channels, count) != 0 {
            // The last of them may need none, which costs no more than a closer look later.
            lastNeeded = frame &+ Int64(count) &- 1
        }
        let at = Int(truncatingIfNeeded: frame) & neededMask
        let edge = neededMask &+ 1 &- at
        let first = count < edge ? count : edge
        unsafe realtime_copy(needed + at, gains, first)
        unsafe realtime_copy(needed, gains + first, count &- first)
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
            let value = unsafe needed[Int(truncatingIfNeeded: frame &+ Int64(Self.window) &- 1 &- back) & neededMask]
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
            unsafe realtime_copy(output, mix, count &* channels)
            unsafe realtime_fill(envelope + place(frame), 1, count)
            return
        }
        follow(frame: frame, count: count)
        unsafe realtime_scale(output, mix, gains, channels, count)
    }

    /// Computes the gains of `count` frames, and the envelope behind them.
    @_noLocks
    private mutating func follow(frame: Int64, count: Int) {
        unsafe take(Self.window &+ count &- 1, of: needed, mask: neededMask, from: frame, to: ahead)
        unsafe realtime_least_of_64(ahead, count)
        // The envelope: the `window` frames before, and those to come.
        unsafe take(Self.window, of: envelope, mask: mask, from: frame &- Int64(Self.window), to: course)
        let fresh = unsafe course + Self.window
        var gain = unsafe course[Self.window &- 1]
        var index = 0
        while index < count {
            // It recovers towards a little more than 1, and so is exactly 1 some day.
            gain = gain * keeping + recovery
            let least = unsafe ahead[index]
            gain = least < gain ? least : gain
            unsafe fresh[index] = gain
            index &+= 1
        }
        unsafe realtime_copy(envelope + place(frame), fresh, count)
        var sum: Double = 0
        index = 0
        while index < Self.window {
            sum += unsafe Double(course[index])
            index &+= 1
        }
        index = 0
        while index < count {
            sum += unsafe Double(fresh[index]) - Double(course[index])
            unsafe gains[index] = Float(sum * (1 / 64))
            if unsafe fresh[index] < 1 { lastBelow = frame &+ Int64(index) }
            index &+= 1
        }
    }

    /// Copies `count` frames of a ring.
    @_noLocks
    private func take(
        _ count: Int, of ring: UnsafePointer<Float>, mask: Int, from frame: Int64,
        to target: UnsafeMutablePointer<Float>
    ) {
        let at = Int(truncatingIfNeeded: frame) & mask
        let edge = mask &+ 1 &- at
        let first = count < edge ? count : edge
        unsafe realtime_copy(target, ring + at, first)
        unsafe realtime_copy(target + first, ring, count &- first)
    }

    /// Where a frame lies in the envelope.
    @_noLocks
    private func place(_ frame: Int64) -> Int {
        Int(truncatingIfNeeded: frame) & mask
    }
}
