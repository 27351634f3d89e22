import Broadcasting

/// When a node makes its daily self-test.
///
/// A horn is heard by its neighbours' microphones. So nodes that were given the same time begin at another one each, within ten
/// minutes after it, by their names.
enum SelfTestTime {
    /// Seconds that a test which could not be made may wait; then it is left out for the day.
    static let patience = 6 * 3600
    /// Seconds between two nodes that differ, and how many such places there are.
    private static let step = 5
    private static let places = 120

    /// Seconds after the time of its setting at which `node` begins.
    static func spread(_ node: NodeID) -> Int {
        // FNV-1a: the same in each run of the program, unlike the standard library's own hash.
        let hash = node.rawValue.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return Int(hash % UInt64(places)) * step
    }

    /// The latest due instant that has come, or nil when it is over: made, or left out.
    static func due(
        _ setting: NodeSettings.SelfTest, node: NodeID, last: Timestamp?, now: Timestamp, offset: Int
    ) -> Timestamp? {
        let due = next(setting, node: node, now: now, offset: offset).advanced(bySeconds: -86_400)
        guard now < due.advanced(bySeconds: Double(patience)) else { return nil }
        if let last, last >= due, last <= now { return nil }
        return due
    }

    /// Days without a test after which somebody should look why.
    static let longestAbsence = 3.0

    /// What a person should do about a test that has not been made for too long; nil when all is well.
    ///
    /// - Parameters:
    ///   - last: when one was made last. One of the future was made by a clock that was wrong.
    ///   - since: when the setting came into being that asks for it.
    static func complaint(
        _ setting: NodeSettings.SelfTest, last: Timestamp?, since: Timestamp, now: Timestamp
    ) -> String? {
        let made = last.flatMap { $0 <= now ? $0 : nil } ?? since
        let days = now.seconds(since: max(made, since)) / 86_400
        guard days > longestAbsence else { return nil }
        return
            "no self-test has been made for \(Int(days)) days, although one is asked for daily from \(setting.at) on. It needs some "
            + "seconds without sound within \(patience / 3600) hours from then, a clock that is trusted and the sound card, and is not "
            + "made in quiet hours or while a scope is halted: set a time at which that is so"
    }

    /// The next due instant that is still to come.
    static func next(_ setting: NodeSettings.SelfTest, node: NodeID, now: Timestamp, offset: Int) -> Timestamp {
        let parts = setting.at.split(separator: ":").compactMap { Int($0) }
        let second = (parts.first ?? 0) * 3600 + (parts.last ?? 0) * 60 + spread(node)
        let local = Int(now.nanoseconds / 1_000_000_000) + offset
        let today = (local >= 0 ? local : local - 86_399) / 86_400 * 86_400 + second % 86_400
        let due = today > local ? today : today + 86_400
        return Timestamp(nanoseconds: Int64(due - offset) * 1_000_000_000)
    }
}
