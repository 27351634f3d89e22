import Broadcasting
import FoundationEssentials
import RuntimeSupport
import Scheduling

/// Seconds between UTC and the local time of a named zone, at an instant.
///
/// Reads the system's time zone database, each zone once: Foundation would need its ICU part, 30 MB of it, for the same.
final class ZoneOffsets: Sendable {
    /// Nil for those that do not exist.
    private let zones = Locked<[String: TimeZoneRules?]>([:])

    /// Seconds east of UTC. A zone that does not exist counts as that of Vietnam, and `exists` tells.
    @Sendable func secondsFromUTC(in zone: String, at instant: Timestamp) -> Int {
        let rules = zones.withLock { zones -> TimeZoneRules? in
            if let known = zones[zone] { return known }
            let rules = Self.rules(of: zone)
            zones.updateValue(rules, forKey: zone)
            return rules
        }
        return rules?.secondsFromUTC(at: instant) ?? 25_200
    }

    /// Whether the system knows the zone.
    static func exists(_ zone: String) -> Bool { rules(of: zone) != nil }

    private static func rules(of zone: String) -> TimeZoneRules? {
        guard isName(zone), let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(zone)") else {
            return nil
        }
        return try? TimeZoneRules(tzif: Array(data))
    }

    /// Whether a name stays below the database's folder: parts of letters, digits and `_+-`, none of them empty.
    private static func isName(_ zone: String) -> Bool {
        zone.utf8.count <= 64
            && zone.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_+-".contains($0)) }
            }
    }
}
