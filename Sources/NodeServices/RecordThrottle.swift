/// Keeps a hostile broker or a sick device from filling the journal: of events that are alike, one record a minute with their count.
struct RecordThrottle: Sendable {
    private var seen: [String: (since: Int64, count: Int)] = [:]

    /// Nanoseconds between two records of like events.
    static let interval: Int64 = 60_000_000_000

    /// How many events named `key` to record now, this one included; nil when it is only counted. `boot` is in nanoseconds of
    /// CLOCK_BOOTTIME.
    mutating func note(_ key: String, boot: Int64) -> Int? {
        if let last = seen[key], boot - last.since < Self.interval {
            seen[key] = (last.since, last.count + 1)
            return nil
        }
        // The names come from a few topics and reasons; this bounds the table whatever comes.
        if seen.count > 256 { seen = [:] }
        let count = (seen[key]?.count ?? 0) + 1
        seen[key] = (boot, 0)
        return count
    }
}
