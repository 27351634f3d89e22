import Synchronization

/// Where the renderer writes how loud the output is, and control reads it, without a lock on either side.
///
/// A view, as `FrameRing` is: `RenderLink` owns the memory. Each number is whole; the three may be of neighbouring moments.
@safe
struct LevelBoard: @unchecked Sendable {
    // Unchecked by necessity: raw memory that is shared by contract. All that it holds is atomic.

    private struct Numbers: ~Copyable {
        let peak = Atomic<UInt64>(0)
        let power = Atomic<UInt64>(0)
        let weightedPower = Atomic<UInt64>(0)
    }

    private let numbers: UnsafeMutablePointer<Numbers>

    init() {
        unsafe numbers = .allocate(capacity: 1)
        unsafe numbers.initialize(to: Numbers())
    }

    func free() {
        unsafe numbers.deinitialize(count: 1)
        unsafe numbers.deallocate()
    }

    /// Calls `body` with the board's memory.
    func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(UnsafeRawBufferPointer(start: numbers, count: MemoryLayout<Numbers>.size))
    }

    /// Shows the loudest sample, the mean square over frames and channels, and the sum over channels of the weighted mean
    /// squares.
    @_noLocks
    func show(peak: Double, power: Double, weightedPower: Double) {
        unsafe numbers.pointee.peak.store(peak.bitPattern, ordering: .relaxed)
        unsafe numbers.pointee.power.store(power.bitPattern, ordering: .relaxed)
        unsafe numbers.pointee.weightedPower.store(weightedPower.bitPattern, ordering: .relaxed)
    }

    func read() -> OutputLevels {
        let peak = unsafe Double(bitPattern: numbers.pointee.peak.load(ordering: .relaxed))
        let power = unsafe Double(bitPattern: numbers.pointee.power.load(ordering: .relaxed))
        let weighted = unsafe Double(bitPattern: numbers.pointee.weightedPower.load(ordering: .relaxed))
        return OutputLevels(
            peak: Decibels.level(peak), rms: Decibels.level(power) / 2, loudness: Decibels.level(weighted) / 2 - 0.691)
    }
}
