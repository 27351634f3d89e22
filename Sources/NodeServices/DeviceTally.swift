import Broadcasting

/// Gathers what a device does again and again, as running dry, so that it does not fill the journal: of each kind one record a
/// minute, with how often it happened since the one before.
struct DeviceTally: Sendable {
    private struct Count {
        var total = 0
        var recorded = 0
        var latest: Int64?
    }

    private var counts: [NodeEvent.Kind: Count] = [:]

    /// Nanoseconds between two records of a kind.
    static let interval = RecordThrottle.interval

    /// Notes that `kind` has happened `total` times since the player began.
    mutating func note(_ kind: NodeEvent.Kind, total: Int) {
        counts[kind, default: Count()].total = total
    }

    /// The records to be made now; together they lose none. `boot` is in nanoseconds of CLOCK_BOOTTIME.
    mutating func due(boot: Int64) -> [NodeEvent] {
        var events: [NodeEvent] = []
        for kind in counts.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard var count = counts[kind], count.total > count.recorded else { continue }
            if let latest = count.latest, boot - latest < Self.interval { continue }
            var event = NodeEvent(kind)
            event.count = count.total - count.recorded
            events.append(event)
            count.recorded = count.total
            count.latest = boot
            counts[kind] = count
        }
        return events
    }
}
