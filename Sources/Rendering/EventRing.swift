import Synchronization

/// Carries reports from the renderer to control, without waiting on either side.
///
/// A view, as `FrameRing` is: `RenderLink` owns the memory. Not generic, because a generic call may take a lock in the
/// runtime.
@safe
struct EventRing: @unchecked Sendable {
    // Unchecked by necessity, as in FrameRing.

    struct Header: ~Copyable {
        let written = Atomic<Int>(0)
        let read = Atomic<Int>(0)
    }

    private let header: UnsafeMutablePointer<Header>
    private let messages: UnsafeMutablePointer<RenderEvent>
    private let mask: Int

    /// Makes room for `capacity` messages, a power of two.
    init(capacity: Int) {
        precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a ring's capacity is a power of two")
        unsafe header = .allocate(capacity: 1)
        unsafe header.initialize(to: Header())
        unsafe messages = .allocate(capacity: capacity)
        mask = capacity - 1
    }

    func free() {
        unsafe header.deinitialize(count: 1)
        unsafe header.deallocate()
        unsafe messages.deallocate()
    }

    /// Appends `message`, or says false when there is no room.
    @_noLocks
    func push(_ message: RenderEvent) -> Bool {
        let written = unsafe header.pointee.written.load(ordering: .relaxed)
        if written &- (unsafe header.pointee.read.load(ordering: .acquiring)) > mask { return false }
        unsafe (messages + (written & mask)).initialize(to: message)
        unsafe header.pointee.written.store(written &+ 1, ordering: .releasing)
        return true
    }

    /// Takes the oldest message, if there is one.
    @_noLocks
    func pop() -> RenderEvent? {
        let read = unsafe header.pointee.read.load(ordering: .relaxed)
        if read == (unsafe header.pointee.written.load(ordering: .acquiring)) { return nil }
        let message = unsafe messages[read & mask]
        unsafe header.pointee.read.store(read &+ 1, ordering: .releasing)
        return message
    }

    /// Whether a message waits.
    var isEmpty: Bool {
        @_noLocks get {
            unsafe header.pointee.read.load(ordering: .relaxed) == header.pointee.written.load(ordering: .acquiring)
        }
    }
}
