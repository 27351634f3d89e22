import Glibc
import RuntimeSupport
public import Scheduling

/// The system's time zone database: each zone's rules, read from its file once.
///
/// Foundation is not asked: a program that is linked statically without ICU knows no zone by it.
public final class ZoneDatabase: Sendable {
    /// Where Debian's tzdata lies.
    public static let standardFolder = "/usr/share/zoneinfo"

    private let folder: String
    /// Nil for those that do not exist.
    private let zones = Locked<[String: TimeZoneRules?]>([:])

    public init(folder: String = ZoneDatabase.standardFolder) { self.folder = folder }

    /// The rules of the zone `name`, as `Asia/Ho_Chi_Minh`; nil where the database has none such that can be read.
    @Sendable public func rules(_ name: String) -> TimeZoneRules? {
        zones.withLock { zones in
            if let known = zones[name] { return known }
            // Names come from outside: what is not there is not remembered for ever.
            if zones.count > 1000 { zones = [:] }
            let rules = read(name)
            zones.updateValue(rules, forKey: name)
            return rules
        }
    }

    private func read(_ name: String) -> TimeZoneRules? {
        guard Self.isName(name) else { return nil }
        let descriptor = unsafe open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { return nil }
            if count == 0 { return try? TimeZoneRules(tzif: bytes) }
            bytes += chunk[..<count]
        }
        return nil
    }

    /// Whether a name stays below the database's folder: parts of letters, digits and `_+-`, none of them empty.
    private static func isName(_ name: String) -> Bool {
        name.utf8.count <= 64
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_+-".contains($0)) }
            }
    }
}
