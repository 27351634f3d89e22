import RuntimeSupport
import Synchronization

/// What a player's control takes for the time, in nanoseconds.
struct PlayerClock: Sendable {
    /// Since 1970-01-01T00:00:00Z.
    var wall: @Sendable () -> Int64
    var monotonic: @Sendable () -> Int64

    /// This machine's clocks.
    static let system = PlayerClock {
        WallClock.nanoseconds
    } monotonic: {
        MonotonicClock.nanoseconds
    }

    /// How far the wall clock is ahead of the monotonic one.
    var distance: Int64 {
        let before = monotonic()
        let wall = wall()
        let after = monotonic()
        return wall - (before + (after - before) / 2)
    }

    init(wall: @escaping @Sendable () -> Int64, monotonic: @escaping @Sendable () -> Int64) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// Both as a hand moves them.
    init(_ hand: ClockHand) {
        self.init {
            hand.instant.load(ordering: .relaxed)
        } monotonic: {
            hand.instant.load(ordering: .relaxed)
        }
    }
}

/// A clock that stands still until it is moved.
final class ClockHand: Sendable {
    let instant: Atomic<Int64>

    init(_ instant: Int64) { self.instant = Atomic(instant) }
}
