import CRealtime

/// Measures what the device has played: the loudest sample, the mean power and the short-term loudness.
///
/// Follows the device and not the renderer, so that what is rendered again is measured once, as it was heard at last. Costs
/// nothing while nothing sounds; then it forgets, and begins anew with the next sound.
@safe
struct OutputMeter: ~Copyable {
    /// Steps that a reading covers, each a tenth of a second long.
    private static var steps: Int {
        @_noLocks get { 30 }
    }

    /// What one step amounts to.
    private struct Step: BitwiseCopyable {
        var energy = realtime_energy()
        var peak: UInt32 = 0

        @_noLocks
        init() {}
    }

    private let board: LevelBoard
    private let stepFrames: Int
    private var weighting: realtime_weighting
    private let past: UnsafeMutablePointer<Step>
    private var next = 0
    private var current = Step()
    private var frames = 0
    private var isResting = true

    init(board: LevelBoard, rate: Int) {
        self.board = board
        stepFrames = max(rate / 10, 1)
        weighting = Self.weighting(rate: Double(rate))
        unsafe past = .allocate(capacity: Self.steps)
        unsafe past.initialize(repeating: Step(), count: Self.steps)
        board.show(peak: 0, power: 0, weightedPower: 0)
    }

    deinit {
        unsafe past.deallocate()
    }

    /// Calls `body` with what the meter remembers.
    func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: past, count: Self.steps)))
    }

    /// Measures `count` frames that the device has played.
    @_noLocks
    mutating func measure(_ samples: UnsafePointer<Float>, channels: Int, count: Int) {
        isResting = false
        var done = 0
        while done < count {
            let left = stepFrames &- frames
            let run = count &- done < left ? count &- done : left
            let from = unsafe samples + done &* channels
            unsafe realtime_measure(&current.energy, &weighting, from, channels, run)
            let peak = unsafe realtime_peak(from, run &* channels)
            if peak > current.peak { current.peak = peak }
            frames &+= run
            done &+= run
            if frames == stepFrames { complete(channels: channels) }
        }
    }

    /// Notes that nothing sounds.
    @_noLocks
    mutating func rest() {
        if isResting { return }
        isResting = true
        var step = 0
        while step < Self.steps {
            unsafe past[step] = Step()
            step &+= 1
        }
        current = Step()
        frames = 0
        weighting.memory = ((0, 0, 0, 0), (0, 0, 0, 0))
        board.show(peak: 0, power: 0, weightedPower: 0)
    }

    @_noLocks
    private mutating func complete(channels: Int) {
        unsafe past[next] = current
        next = next &+ 1 == Self.steps ? 0 : next &+ 1
        current = Step()
        frames = 0
        var peak: UInt32 = 0
        var plain: Double = 0
        var weighted: Double = 0
        var step = 0
        while step < Self.steps {
            let one = unsafe past[step]
            peak = one.peak > peak ? one.peak : peak
            plain += one.energy.plain
            weighted += one.energy.weighted
            step &+= 1
        }
        let all = Double(stepFrames &* Self.steps)
        board.show(
            peak: Double(Float(bitPattern: peak)), power: plain / (all * Double(channels)),
            weightedPower: weighted / all)
    }

    /// The filters of ITU-R BS.1770-4 (Annex 1, tables 1 and 2), moved from 48 kHz to `rate`: the analogue prototypes behind
    /// the tables' numbers, transformed bilinearly.
    private static func weighting(rate: Double) -> realtime_weighting {
        var weighting = realtime_weighting()
        var k = realtime_tangent(.pi * 1681.974_450_955_533 / rate)
        var q = 0.707_175_236_955_419_6
        let high = realtime_power(10, 3.999_843_853_973_347 / 20)
        let band = realtime_power(high, 0.499_666_774_154_541_6)
        var a0 = 1 + k / q + k * k
        weighting.shelf = (
            (high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - band * k / q + k * k) / a0,
            2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0
        )
        k = realtime_tangent(.pi * 38.135_470_876_024_44 / rate)
        q = 0.500_327_037_323_877_3
        a0 = 1 + k / q + k * k
        weighting.highpass = (1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0)
        return weighting
    }
}
