import Synchronization

/// Carries the frames of one voice from its decoder to the renderer, and keeps those that may have to be rendered again.
///
/// One thread writes, one reads. Frames are counted from the beginning of the voice and never wrap. The reader moves freely
/// between `released` and `written`; the writer overwrites only what the reader has released.
///
/// This is a view: `RenderLink` owns the memory and outlives every thread that has a copy.
@safe
public struct FrameRing: @unchecked Sendable {
    // Unchecked by necessity: raw memory that is shared by contract. Indices are atomics; samples change hands through them.

    /// What both sides read and write.
    struct Header: ~Copyable {
        /// Frames that the writer has put in since the beginning.
        let written = Atomic<Int64>(0)
        /// Frames that the reader needs no more.
        let released = Atomic<Int64>(0)
        /// The length of the voice once the writer knows it, before that −1.
        let end = Atomic<Int64>(-1)
    }

    /// Frames that fit. A power of two.
    public static var capacity: Int {
        @_noLocks get { 65_536 }
    }
    /// The most channels that a voice can have.
    static var maximumChannels: Int {
        @_noLocks get { 2 }
    }

    let header: UnsafeMutablePointer<Header>
    let samples: UnsafeMutablePointer<Float>

    init() {
        unsafe header = .allocate(capacity: 1)
        unsafe header.initialize(to: Header())
        // Not initialised on purpose: a page that no voice has used costs no memory.
        unsafe samples = .allocate(capacity: Self.capacity * Self.maximumChannels)
    }

    func free() {
        unsafe header.deinitialize(count: 1)
        unsafe header.deallocate()
        unsafe samples.deallocate()
    }

    /// Calls `body` with each piece of the ring's memory.
    func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(UnsafeRawBufferPointer(start: header, count: MemoryLayout<Header>.size))
        let count = Self.capacity * Self.maximumChannels
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: samples, count: count)))
    }

    // MARK: - The writer's side

    /// Frames that can be written now.
    public var writable: Int {
        let held =
            unsafe header.pointee.written.load(ordering: .relaxed)
            - header.pointee.released.load(ordering: .acquiring)
        return Self.capacity - Int(held)
    }

    /// Frames written since the beginning.
    public var written: Int64 { unsafe header.pointee.written.load(ordering: .relaxed) }

    /// The length of the voice, once the writer has said it.
    public var length: Int64? {
        let end = unsafe header.pointee.end.load(ordering: .acquiring)
        return end < 0 ? nil : end
    }

    /// Empties the ring for another voice. Only while no renderer has it.
    public func reset() {
        unsafe header.pointee.written.store(0, ordering: .relaxed)
        unsafe header.pointee.released.store(0, ordering: .relaxed)
        unsafe header.pointee.end.store(-1, ordering: .releasing)
    }

    /// Appends whole frames of `channels` interleaved samples, each times `gain`. There must be room for them.
    public func write(_ source: Span<Float>, channels: Int, gain: Float) {
        let frames = source.count / channels
        precondition(frames <= writable, "the frame ring has no room for \(frames) frames")
        let start = unsafe header.pointee.written.load(ordering: .relaxed)
        let mask = Self.capacity - 1
        var frame = 0
        while frame < frames {
            let at = (Int(start) + frame) & mask
            let run = min(frames - frame, Self.capacity - at)
            unsafe source.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                let from = unsafe base + frame * channels
                let to = unsafe samples + at * channels
                var index = 0
                while index < run * channels {
                    unsafe to[index] = from[index] * gain
                    index += 1
                }
            }
            frame += run
        }
        unsafe header.pointee.written.store(start + Int64(frames), ordering: .releasing)
    }

    /// Says that what has been written is all.
    public func finish() {
        unsafe header.pointee.end.store(written, ordering: .releasing)
    }

    // MARK: - The reader's side

    /// Frames that can be read, counted from the beginning, and whether they are all there will ever be.
    @_noLocks
    func horizon() -> (frames: Int64, isEnd: Bool) {
        let end = unsafe header.pointee.end.load(ordering: .acquiring)
        if end >= 0 { return (end, true) }
        return (unsafe header.pointee.written.load(ordering: .acquiring), false)
    }

    /// Gives the frames before `frame` back to the writer.
    @_noLocks
    func release(before frame: Int64) {
        if unsafe header.pointee.released.load(ordering: .relaxed) < frame {
            unsafe header.pointee.released.store(frame, ordering: .releasing)
        }
    }
}
