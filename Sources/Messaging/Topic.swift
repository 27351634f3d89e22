/// MQTT's rules for names, so that a bad one never reaches the library or the broker.
enum Topic {
    /// Whether one may publish on `name` (MQTT 5, 4.7.3).
    static func isPublishable(_ name: String) -> Bool {
        isWellFormed(name) && !name.utf8.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") }
    }

    /// Whether one may subscribe to `filter` (MQTT 5, 4.7.1): `+` is a whole level, `#` is the whole last level.
    static func isFilter(_ filter: String) -> Bool {
        guard isWellFormed(filter) else { return false }
        let levels = filter.split(separator: "/", omittingEmptySubsequences: false)
        for (index, level) in levels.enumerated() {
            if level.contains("#") && (level != "#" || index != levels.count - 1) { return false }
            if level.contains("+") && level != "+" { return false }
        }
        return true
    }

    private static func isWellFormed(_ name: String) -> Bool {
        let bytes = name.utf8
        return !bytes.isEmpty && bytes.count <= 65_535 && !bytes.contains(0)
    }
}
