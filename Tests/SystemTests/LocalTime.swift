import Broadcasting
import Scheduling

/// The wall's time in Viet Nam, whole seconds.
struct LocalTime {
    /// Seconds from UTC, the whole year.
    private static let offset: Int64 = 7 * 3600

    let instant: Timestamp

    /// The first whole second that is `seconds` or more from now.
    init(in seconds: Double) {
        let nanoseconds = Timestamp.now.advanced(bySeconds: seconds).nanoseconds
        instant = Timestamp(nanoseconds: (nanoseconds / 1_000_000_000 + 1) * 1_000_000_000)
    }

    private init(instant: Timestamp) { self.instant = instant }

    func advanced(by seconds: Int) -> LocalTime { LocalTime(instant: instant.advanced(bySeconds: Double(seconds))) }

    private var local: LocalDateTime {
        LocalDateTime(secondsSince1970: instant.nanoseconds / 1_000_000_000 + Self.offset)
    }

    /// `2026-11-23T05:00:00`
    var text: String { local.description }
    /// `2026-11-23`
    var date: String { String(text.prefix(10)) }
    /// `05:00:00`
    var clock: String { String(text.suffix(8)) }
}
