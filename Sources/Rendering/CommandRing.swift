/// Carries commands from control to the renderer, without waiting on either side.
///
/// A view, as `FrameRing` is: `RenderLink` owns the memory.
@safe
struct CommandRing: @unchecked Sendable {
    // Unchecked by necessity, as in FrameRing.

    private let places: RingPlaces
    private let messages: UnsafeMutablePointer<RenderCommand>

    /// Makes room for `capacity` messages, a power of two.
    init(capacity: Int) {
        places = RingPlaces(capacity: capacity)
        unsafe messages = .allocate(capacity: capacity)
    }

    func free() {
        places.free()
        unsafe messages.deallocate()
    }

    /// Calls `body` with each piece of the ring's memory.
    func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        unsafe places.forEachRegion(body)
        unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: messages, count: places.capacity)))
    }

    /// Appends `message`, or says false when there is no room.
    @_noLocks
    func push(_ message: RenderCommand) -> Bool {
        guard let place = places.vacant else { return false }
        unsafe (messages + place).initialize(to: message)
        places.fill()
        return true
    }

    /// The oldest message but `passed` older ones, if there is one. It stays.
    @_noLocks
    func message(after passed: Int) -> RenderCommand? {
        guard let place = places.filled(after: passed) else { return nil }
        return unsafe messages[place]
    }

    /// Removes the oldest `count` messages.
    @_noLocks
    func remove(_ count: Int) {
        places.vacate(count)
    }

    /// Whether no message waits.
    var isEmpty: Bool {
        @_noLocks get { places.filled() == nil }
    }
}
