/// Carries reports from the renderer to control, without waiting on either side.
///
/// A view, as `FrameRing` is: `RenderLink` owns the memory.
@safe
struct EventRing: @unchecked Sendable {
    // Unchecked by necessity, as in FrameRing.

    private let places: RingPlaces
    private let messages: UnsafeMutablePointer<RenderEvent>

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
    func push(_ message: RenderEvent) -> Bool {
        guard let place = places.vacant else { return false }
        unsafe (messages + place).initialize(to: message)
        places.fill()
        return true
    }

    /// Takes the oldest message, if there is one.
    @_noLocks
    func pop() -> RenderEvent? {
        guard let place = places.filled() else { return nil }
        let message = unsafe messages[place]
        places.vacate()
        return message
    }
}
