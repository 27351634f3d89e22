import Broadcasting
import ControllerAPI

/// Rules by which the controller believes what it hears of a node. Pure.
enum NodeWatch {
    /// A node that was not heard from for this many seconds is lost, whatever its presence says. Health comes each 60 s.
    static let patience = 90.0

    /// How a node is.
    ///
    /// - Parameter listeningSince: when the controller began to listen; before that it could not hear anything.
    static func state(of heard: LedgerTransaction.Heard, now: Timestamp, listeningSince: Timestamp?) -> NodeItem.State {
        guard heard.lastHeard != nil || heard.presence != nil else { return .new }
        if let presence = heard.presence, presence.state != .online,
            heard.lastHeard.map({ $0 <= heard.presenceAt ?? .distantFuture }) ?? true
        {
            return presence.state == .stopped ? .stopped : .lost
        }
        var latest = heard.lastHeard ?? .distantPast
        if heard.presence?.state == .online, let listeningSince { latest = max(latest, listeningSince) }
        guard now.seconds(since: latest) <= patience else { return .lost }
        guard let health = heard.health else { return .connected }
        if !health.faults.isEmpty { return .fault }
        return health.playing.isEmpty ? .connected : .playing
    }

    /// Whether `offered` is news to one who holds `held`: a will of an older session must not hide a newer one.
    static func isNews(_ offered: Presence, held: Presence?) -> Bool {
        guard let held else { return true }
        if offered.session != held.session {
            if offered.session > held.session { return true }
            // A node whose disk was replaced counts its sessions from 1 again; then only its word that it is there is believed.
            return offered.boot != held.boot && offered.state == .online && offered.at > held.at
        }
        return offered != held
    }
}
