/// Ties the device's frames to the wall clock, as it was when the device last said where it is.
public struct FrameClock: Sendable, BitwiseCopyable {
    /// A frame of the device.
    public var frame: Int64
    /// When it leaves the device, in nanoseconds of wall time.
    public var instant: Int64
    /// Frames in a second.
    public var rate: Int64

    /// Ties `frame` to `instant`.
    public init(frame: Int64, instant: Int64, rate: Int64) {
        self.frame = frame
        self.instant = instant
        self.rate = rate
    }

    /// When `frame` leaves the device.
    @_noLocks
    public func instant(of frame: Int64) -> Int64 {
        let distance = frame &- self.frame
        let seconds = distance / rate
        return instant &+ seconds &* 1_000_000_000 &+ (distance &- seconds &* rate) &* 1_000_000_000 / rate
    }

    /// The frame nearest to `instant`, at most a day away.
    @_noLocks
    public func frame(at instant: Int64) -> Int64 {
        let day: Int64 = 86_400_000_000_000
        var distance = instant < self.instant &- day ? 0 &- day : instant &- self.instant
        if instant > self.instant, distance > day || distance < 0 { distance = day }
        let seconds = distance / 1_000_000_000
        let rest = (distance &- seconds &* 1_000_000_000) &* rate
        let half: Int64 = rest < 0 ? -500_000_000 : 500_000_000
        return frame &+ seconds &* rate &+ (rest &+ half) / 1_000_000_000
    }
}
