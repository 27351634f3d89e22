import Synchronization

/// What control and the renderer share: the rings between them. Owns their memory.
///
/// Commands go down, refused when their ring is full. Events come up, dropped and counted when theirs is. The ends of voices
/// come up through a ring of their own, which has room for more than there are slots and so loses none. The output's levels
/// stand on a board that anybody may read.
public final class RenderLink: Sendable {
    private let rings: [FrameRing]
    let commands: CommandRing
    let events: EventRing
    let releases: EventRing
    let levelBoard = LevelBoard()

    /// Makes empty rings.
    public init() {
        rings = (0..<Renderer.slots).map { _ in FrameRing() }
        commands = CommandRing(capacity: 256)
        events = EventRing(capacity: 1024)
        releases = EventRing(capacity: 64)
    }

    deinit {
        for ring in rings { ring.free() }
        commands.free()
        events.free()
        releases.free()
        levelBoard.free()
    }

    /// The ring of the voice in `slot`.
    public func ring(_ slot: Int) -> FrameRing { rings[slot] }

    /// Calls `body` with the memory of each voice's ring, so that it can be kept in RAM.
    public func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        for ring in rings {
            let count = FrameRing.capacity * FrameRing.maximumChannels
            unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(start: ring.samples, count: count)))
        }
    }

    /// How loud it is at the device's output, as far as the device has played. Any thread, at any time.
    public var levels: OutputLevels { levelBoard.read() }

    /// Hands a command to the renderer; false when too many wait. One thread at a time.
    public func send(_ command: RenderCommand) -> Bool { commands.push(command) }

    /// Takes the oldest report, ends of voices last. One thread at a time.
    public func nextEvent() -> RenderEvent? { events.pop() ?? releases.pop() }
}
