/// An instant of wall time: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds. RFC 3339 in JSON, in UTC.
///
/// Holds the years 1678 to 2261. Whether the clock that gave it was right is told beside it, never by it.
public struct Timestamp: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Seconds since the epoch, rounded to the nanosecond and kept within what a timestamp holds.
    public init(secondsSinceEpoch seconds: Double) {
        nanoseconds = Timestamp.nanoseconds(fromSeconds: seconds)
    }

    public static let distantPast = Timestamp(nanoseconds: .min)
    public static let distantFuture = Timestamp(nanoseconds: .max)

    public var secondsSinceEpoch: Double { Double(nanoseconds) / 1e9 }

    /// The instant `seconds` later. Stops at the ends of what a timestamp holds.
    public func advanced(bySeconds seconds: Double) -> Timestamp {
        advanced(byNanoseconds: Timestamp.nanoseconds(fromSeconds: seconds))
    }

    public func advanced(byNanoseconds distance: Int64) -> Timestamp {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(distance)
        return Timestamp(nanoseconds: overflow ? (distance > 0 ? .max : .min) : sum)
    }

    /// Seconds from `earlier` to this instant; negative when `earlier` is the later.
    public func seconds(since earlier: Timestamp) -> Double {
        Double(nanoseconds) / 1e9 - Double(earlier.nanoseconds) / 1e9
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    private static func nanoseconds(fromSeconds seconds: Double) -> Int64 {
        guard seconds.isFinite else { return seconds > 0 ? .max : .min }
        let scaled = (seconds * 1e9).rounded()
        if scaled >= 9.2e18 { return .max }
        if scaled <= -9.2e18 { return .min }
        return Int64(scaled)
    }
}
