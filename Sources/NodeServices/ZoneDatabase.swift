import Broadcasting
import FoundationEssentials
import RuntimeSupport
import Scheduling

/// The time zones of the system, by name.
///
/// Reads the system's time zone database, each zone once: Foundation would need its ICU part, 30 MB of it, for the same.
final class ZoneDatabase: Sendable {
    /// Nil for those that do not exist.
    private let zones = Locked<[String: TimeZoneRules?]>([:])

    /// The rules of a zone by its name in the tz database; nil when the system knows none such.
    @Sendable func rules(of zone: String) -> TimeZoneRules? {
        zones.withLock { zones in
            if let known = zones[zone] { return known }
            let rules = Self.read(zone)
            zones.updateValue(rules, forKey: zone)
            return rules
        }
    }

    /// Whether the system knows the zone.
    static func exists(_ zone: String) -> Bool { read(zone) != nil }

    private static func read(_ zone: String) -> TimeZoneRules? {
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
