import Synchronization

/// Says which place of a ring is to be written and which to be read, for one thread that writes and one that reads, without
/// waiting on either side.
///
/// What lies in the places is the concern of `CommandRing` and `EventRing`; they are two because a generic ring's calls take
/// a lock in the runtime, as the compiler finds. A view, as `FrameRing` is.
@safe
struct RingPlaces: @unchecked Sendable {
    // Unchecked by necessity, as in FrameRing.

    private struct Counts: ~Copyable {
        let written = Atomic<Int>(0)
        let read = Atomic<Int>(0)
    }

    private let counts: UnsafeMutablePointer<Counts>
    private let mask: Int

    /// Counts `capacity` places, a power of two.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
        unsafe counts = .allocate(capacity: 1)
        unsafe counts.initialize(to: Counts())
        mask = capacity - 1
    }

    var capacity: Int { mask + 1 }

    func free() {
        unsafe counts.deinitialize(count: 1)
        unsafe counts.deallocate()
    }

    /// Calls `body` with the counts.
    func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe body(UnsafeRawBufferPointer(start: counts, count: MemoryLayout<Counts>.size))
    }

    /// The place for the next message, or nil when there is no room. For the writer.
    var vacant: Int? {
        @_noLocks get {
            let written = unsafe counts.pointee.written.load(ordering: .relaxed)
            if written &- (unsafe counts.pointee.read.load(ordering: .acquiring)) > mask { return nil }
            return written & mask
        }
    }

    /// Hands the vacant place, now filled, to the reader.
    @_noLocks
    func fill() {
        let written = unsafe counts.pointee.written.load(ordering: .relaxed)
        unsafe counts.pointee.written.store(written &+ 1, ordering: .releasing)
    }

    /// The place of the oldest message but `passed` older ones, or nil when there is none. For the reader.
    @_noLocks
    func filled(after passed: Int = 0) -> Int? {
        let read = unsafe counts.pointee.read.load(ordering: .relaxed) &+ passed
        if read == (unsafe counts.pointee.written.load(ordering: .acquiring)) { return nil }
        return read & mask
    }

    /// Gives the oldest `count` filled places, now read, back to the writer.
    @_noLocks
    func vacate(_ count: Int = 1) {
        let read = unsafe counts.pointee.read.load(ordering: .relaxed)
        unsafe counts.pointee.read.store(read &+ count, ordering: .releasing)
    }
}
