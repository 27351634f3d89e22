import Broadcasting

/// The written form of quiet hours: `21:00-05:00`.
enum QuietHoursText {
    /// Nil unless `text` is two times of day with a hyphen between.
    static func read(_ text: String) -> NodeSettings.QuietHours? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, NodeSettings.QuietHours.isTimeOfDay(parts[0]),
            NodeSettings.QuietHours.isTimeOfDay(parts[1])
        else { return nil }
        return NodeSettings.QuietHours(from: parts[0], to: parts[1])
    }
}
