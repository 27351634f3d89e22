import Broadcasting
import ControllerAPI

/// Adds nodes, changes them, and tells how they are.
struct NodeRegistry: Sendable {
    let ledger: Ledger
    let feed: LiveFeed
    let monitor: NodeMonitor
    let configuration: ControllerConfiguration

    /// What every node's settings have in common.
    var common: Composer.Common {
        Composer.Common(contentAddresses: configuration.contentAddresses, trustedKeys: [ledger.publicKey])
    }

    /// Adds a node, or throws `ProblemDetails` when the name is taken.
    func add(_ request: NodeRequest) async throws -> NodeCredentials {
        let timeZone = request.timeZone ?? configuration.nodes.timeZone
        var settings = NodeSettings(scopes: [], timeZone: timeZone, contentAddresses: [], trustedKeys: [])
        settings.quietHours = configuration.nodes.quietHours.compactMap(QuietHoursText.read)
        var change = NodeChange()
        change.title = request.title
        change.scopes = request.scopes
        change.volumes = request.volumes
        change.quietHours = request.quietHours
        change.maximumDuration = request.maximumDuration
        change.limits = request.limits
        change.selfTest = request.selfTest
        change.timeZone = timeZone
        try apply(change, to: &settings)
        guard !["controller", configuration.mqtt.user].contains(request.id.rawValue) else {
            throw ProblemDetails(.conflict, "\(request.id) is the controller's own name at the broker.", field: "id")
        }
        let final = settings
        let password = Secret.makeHex(24)
        try await ledger.write { [common] transaction in
            guard try transaction.node(request.id) == nil else {
                throw ProblemDetails(
                    .conflict, "There is a node \(request.id) already. Its credentials can be made anew.", field: "id")
            }
            try transaction.put(
                request.id, final, passwordHash: Secret.mosquittoHash(of: password), defaults: common)
        }
        tell(request.id, "\(request.id) was added")
        return credentials(request.id, final, password: password)
    }

    /// Changes a node's settings.
    func change(_ id: NodeID, _ change: NodeChange) async throws -> NodeItem {
        try await ledger.write { [common] transaction in
            guard let row = try transaction.node(id) else { throw ProblemDetails.unknown("node", id) }
            var settings = row.settings
            try apply(change, to: &settings)
            try transaction.put(id, settings, passwordHash: nil, defaults: common)
        }
        tell(id, "\(id) was changed")
        return try await show(id)
    }

    /// Makes a new password for a node; the old one is void once the broker knows.
    func renewCredentials(_ id: NodeID) async throws -> NodeCredentials {
        let password = Secret.makeHex(24)
        let settings = try await ledger.write { [common] transaction -> NodeSettings in
            guard let row = try transaction.node(id) else { throw ProblemDetails.unknown("node", id) }
            try transaction.put(
                id, row.settings, passwordHash: Secret.mosquittoHash(of: password), defaults: common)
            return row.settings
        }
        tell(id, "\(id) has a new password")
        return credentials(id, settings, password: password)
    }

    func list() async throws -> [NodeItem] {
        try await ledger.read { [common] transaction in
            let heard = try transaction.heardOfAll()
            let halts = try transaction.halts()
            return try transaction.nodes().map {
                item($0, heard[$0.id] ?? LedgerTransaction.Heard(), halts, common, now: transaction.now)
            }
        }
    }

    func show(_ id: NodeID) async throws -> NodeItem {
        try await ledger.read { [common] transaction in
            guard let row = try transaction.node(id) else { throw ProblemDetails.unknown("node", id) }
            return item(row, try transaction.heard(id), try transaction.halts(), common, now: transaction.now)
        }
    }

    func journal(_ id: NodeID, limit: Int) async throws -> [JournalEntry] {
        try await ledger.read { transaction in
            guard try transaction.node(id) != nil else { throw ProblemDetails.unknown("node", id) }
            return try transaction.journal(of: id, limit: limit)
        }
    }

    /// Publishes settings anew where the configuration changed since the last start.
    func refresh() async throws {
        try await ledger.write { [common] transaction in
            for node in try transaction.nodes() {
                try transaction.publishSettings(of: node.id, node.settings, defaults: common)
            }
        }
    }

    // MARK: -

    private func item(
        _ row: LedgerTransaction.NodeRow, _ heard: LedgerTransaction.Heard, _ halts: [HaltItem],
        _ common: Composer.Common, now: Timestamp
    ) -> NodeItem {
        let state = NodeWatch.state(of: heard, now: now, listeningSince: monitor.listeningSince)
        var item = NodeItem(
            id: row.id, settings: Composer.settings(row.settings, common: common), addedAt: row.addedAt, state: state)
        item.lastHeard = heard.lastHeard
        item.presence = heard.presence
        item.health = heard.health
        let scopes = Set(row.settings.scopes).union([.node(row.id)])
        item.halted = halts.map(\.scope).filter(scopes.contains)
        return item
    }

    private func credentials(_ id: NodeID, _ settings: NodeSettings, password: String) -> NodeCredentials {
        NodeCredentials(
            node: id,
            mqtt: NodeCredentials.Broker(
                host: configuration.nodeHost, port: configuration.nodePort, tls: configuration.mqtt.authorities != nil,
                user: id.rawValue, password: password),
            trustedKey: ledger.publicKey, scopes: settings.scopes, timeZone: settings.timeZone,
            contentAddresses: common.contentAddresses)
    }

    private func apply(_ change: NodeChange, to settings: inout NodeSettings) throws {
        func check(_ holds: Bool, _ field: String, _ text: String) throws {
            if !holds { throw ProblemDetails(.invalid, text, field: field) }
        }
        if let title = change.title {
            try check(title.utf8.count <= 1000, "title", "A title has at most 1000 bytes.")
            settings.title = title
        }
        if let scopes = change.scopes {
            try check(scopes.count <= 64, "scopes", "A node obeys at most 64 scopes.")
            try check(!scopes.contains { $0.kind == .node }, "scopes", "A node's own scope is its own by itself.")
            settings.scopes = Set(scopes).sorted()
        }
        if let timeZone = change.timeZone {
            try check(
                TimeZoneName.isKnown(timeZone), "timeZone",
                "\(timeZone) is no name of the tz database (\(TimeZoneName.database)), as Asia/Ho_Chi_Minh.")
            settings.timeZone = timeZone
        }
        if let volumes = change.volumes {
            let all = [volumes.normal, volumes.ceiling, volumes.emergency, volumes.night?.volume ?? 0]
            try check(all.allSatisfy((-60...20).contains), "volumes", "A volume is -60 to 20 dB.")
            let times = volumes.night.map { [$0.from, $0.to] } ?? []
            try check(
                times.allSatisfy(NodeSettings.QuietHours.isTimeOfDay), "volumes", "The night is from HH:mm to HH:mm.")
            settings.volumes = volumes
        }
        if let quietHours = change.quietHours {
            try check(quietHours.count <= 16, "quietHours", "A node has at most 16 quiet hours.")
            try check(
                quietHours.allSatisfy {
                    NodeSettings.QuietHours.isTimeOfDay($0.from) && NodeSettings.QuietHours.isTimeOfDay($0.to)
                },
                "quietHours", "Quiet hours are from HH:mm to HH:mm.")
            settings.quietHours = quietHours
        }
        if let seconds = change.maximumDuration {
            try check((1...86_400).contains(seconds), "maximumDuration", "It is 1 s to a day.")
            settings.limits.maximumDuration = seconds
        }
        if let limits = change.limits {
            let session = limits.sessionDuration ?? 1
            try check((1...86_400).contains(session), "limits.sessionDuration", "A session is 1 s to a day.")
            for (name, limit, most) in [("day", limits.day, 86_400.0), ("week", limits.week, 604_800)] {
                try check(
                    (0...1_000_000).contains(limit?.sessions ?? 0), "limits.\(name).sessions",
                    "A number of sessions is 0 to 1,000,000.")
                try check(
                    (0...most).contains(limit?.seconds ?? 0), "limits.\(name).seconds",
                    "What may sound in a \(name) is 0 to \(Int(most)) s.")
            }
            settings.limits.sessionDuration = limits.sessionDuration
            settings.limits.day = limits.day
            settings.limits.week = limits.week
            settings.limits.days = limits.days
        }
        if let test = change.selfTest {
            let level = test.level ?? settings.selfTest?.level ?? NodeSettings.SelfTest.usualLevel
            try check(
                test.at.map(NodeSettings.QuietHours.isTimeOfDay) ?? true, "selfTest", "A self-test is at HH:mm.")
            try check((-60...0).contains(level), "selfTest", "The level of a self-test is -60 to 0 dBFS.")
            settings.selfTest = test.at.map { NodeSettings.SelfTest(at: $0, level: level) }
        }
    }

    private func tell(_ id: NodeID, _ text: String) {
        var event = LiveEvent(.node, at: ledger.time, text: text)
        event.node = id
        feed.publish(event)
    }
}
