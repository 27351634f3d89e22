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
/// **Where commands take effect**, the mix is another one than was looked ahead at, and a peak may be due sooner than `window`
/// frames. The gain then goes from what it is at that moment in a straight line to where it must be: from frame to frame it moves
/// by no more than 1/`window` and (gain of that moment − reduction)/(frames until that reduction is due), for whichever
/// reduction makes that most. Only what is too loud from its first frame on makes it step, as the signal does itself; and after
/// silence it is at once what it has to be.
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
    /// What is added to the gain since the last splice, and what it was before that.
    private var lift = Lift()
    private var earlierLift = Lift()

    /// Leads the gain from what it was before a splice to what it has to be: falls in a straight line, to nothing.
    private struct Lift: BitwiseCopyable {
        /// The frame of the splice.
        var start = Int64.min
        /// What it is just before that frame, and by how much less in each frame from it on.
        var height: Float = 0
        var fall: Float = 0

        @_noLocks
        init() {}

        @_noLocks
        func value(_ frame: Int64) -> Float {
            if frame < start { return 0 }
            let value = height - fall * Float(frame &- start &+ 1)
            return value > 0 ? value : 0
        }
    }

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

    /// Calls `body` with each piece of the limiter's memory.
    func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        let block = (neededMask + 1) / 2
        let pieces = unsafe [
            (envelope, mask + 1), (needed, block * 2), (between, (Self.stretch + 1) * 2), (ahead, block + Self.window),
            (course, block + Self.window), (gains, block), (unsettled, Self.window),
        ]
        for unsafe(start, count) in unsafe pieces {
            unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: start, count: count)))
        }
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
            lift = earlierLift
        } else if settled > frame {
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

    /// Makes the envelope before the splice what it would have been, had the mix after it been known, so that a new voice that
    /// is loud at once is held too; and has the gain go there from what it was, unless nothing sounded before.
    @_noLocks
    private mutating func settle(isSilent: Bool) {
        let frame = splice
        splice = Int64.min
        if lastNeeded < frame { return }
        settled = frame
        earlierLift = lift
        let window = Self.window
        unsafe take(window, of: needed, mask: neededMask, from: frame, to: gains)
        unsafe take(window, of: envelope, mask: mask, from: frame &- Int64(window), to: course)
        let gain = unsafe mean(course) + Double(lift.value(frame &- 1))
        var isLower = false
        var least: Float = 1
        var index = 1
        while index < window {
            let value = unsafe gains[index &- 1]
            least = value < least ? value : least
            let back = window &- index
            unsafe unsettled[back] = course[index]
            if unsafe course[index] > least {
                unsafe course[index] = least
                unsafe envelope[place(frame &- Int64(back))] = least
                lastBelow = frame &- Int64(back)
                isLower = true
            }
            index &+= 1
        }
        let height = Float(unsafe gain - mean(course))
        let (slope, fits) = slack(frame: frame, height: height)
        if isLower || !fits {
            lift.start = frame
            lift.height = isSilent ? 0 : height
            lift.fall = lift.height * slope
        }
    }

    /// How steeply a lift of `height` must fall, as a part of it in each frame, so that with it no frame has more than the
    /// reduction that it needs; and whether the lift that there is, is low enough already. The envelope before `frame` is in
    /// `course`, what the frames from there on need in `gains`.
    @_noLocks
    private func slack(frame: Int64, height: Float) -> (slope: Float, fits: Bool) {
        let window = Self.window
        var index = window &- 1
        unsafe ahead[index] = gains[index]
        while index > 0 {
            index &-= 1
            let (this, next) = unsafe (gains[index], ahead[index &+ 1])
            unsafe ahead[index] = this < next ? this : next
        }
        var slope = 1 / Float(window)
        var fits = true
        var sum = unsafe mean(course) * Double(window)
        var envelope = unsafe course[window &- 1]
        while index < window {
            // At most that: what lies beyond the look ahead can only lower it.
            envelope = envelope * keeping + recovery
            let least = unsafe ahead[index]
            envelope = least < envelope ? least : envelope
            sum += unsafe Double(envelope) - Double(course[index])
            let room = Float(unsafe Double(gains[index]) - sum / Double(window))
            let free = room > 0 ? room : 0
            if height > free {
                let steep = (1 - free / height) / Float(index &+ 1)
                slope = steep > slope ? steep : slope
            }
            if lift.value(frame &+ Int64(index)) > free + 1e-6 { fits = false }
            index &+= 1
        }
        return (slope, fits)
    }

    /// The mean of the `window` values.
    @_noLocks
    private func mean(_ values: UnsafePointer<Float>) -> Double {
        var sum: Double = 0
        var index = 0
        while index < Self.window {
            sum += unsafe Double(values[index])
            index &+= 1
        }
        return sum * (1 / 64)
    }

    // MARK: - Turning down

    /// Writes `count` frames of the mix from `frame` on to `output`, held below the ceiling.
    @_noLocks
    mutating func process(
        _ mix: UnsafePointer<Float>, channels: Int, frame: Int64, count: Int, to output: UnsafeMutablePointer<Float>
    ) {
        if frame == splice {
            let count = Self.history &* channels
            settle(isSilent: unsafe realtime_peak(mix - count, count) == 0)
        }
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
        var sum = unsafe mean(course) * Double(Self.window)
        index = 0
        while index < count {
            sum += unsafe Double(fresh[index]) - Double(course[index])
            unsafe gains[index] = Float(sum * (1 / 64))
            if unsafe fresh[index] < 1 { lastBelow = frame &+ Int64(index) }
            index &+= 1
        }
        raise(frame: frame, count: count)
    }

    /// Adds the lift to the gains of `count` frames.
    @_noLocks
    private func raise(frame: Int64, count: Int) {
        var index = 0
        while index < count {
            let more = lift.value(frame &+ Int64(index))
            if more == 0 { return }
            let gain = unsafe gains[index] + more
            unsafe gains[index] = gain < 1 ? gain : 1
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
