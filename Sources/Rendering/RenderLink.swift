import Synchronization

/// What control and the renderer share: the rings between them. Owns their memory.
///
/// Commands go down, refused when their ring is full. Events come up, dropped and counted when theirs is. The ends of voices
/// come up through a ring of their own, which has room for more than there are slots and so loses none. The output's levels
/// stand on a board that anybody may read.
public final class RenderLink: Sendable {
    let rings: [FrameRing]
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

    /// Calls `body` with each piece of memory that the renderer shares with control, so that it can be kept in RAM.
    public func forEachRegion(_ body: (UnsafeRawBufferPointer) -> Void) {
        for ring in rings { unsafe ring.forEachRegion(body) }
        unsafe commands.forEachRegion(body)
        unsafe events.forEachRegion(body)
        unsafe releases.forEachRegion(body)
        unsafe levelBoard.forEachRegion(body)
    }

    /// How loud it is at the device's output, as far as the device has played. Any thread, at any time.
    public var levels: OutputLevels { levelBoard.read() }

    /// Hands a command to the renderer; false when too many wait. One thread at a time.
    public func send(_ command: RenderCommand) -> Bool { commands.push(command) }

    /// Takes the oldest report, ends of voices last. One thread at a time.
    public func nextEvent() -> RenderEvent? { events.pop() ?? releases.pop() }
}
