import Broadcasting
import ControllerAPI
import RuntimeSupport

/// Says how the controller is, and what a person should look at.
struct StatusReporter: Sendable {
    let ledger: Ledger
    let registry: NodeRegistry
    let state: StateFolder
    let startedAt: Timestamp
    let isBrokerConnected: @Sendable () -> Bool

    func status() async throws -> ServiceStatus {
        let nodes = try await registry.list()
        var states: [String: Int] = [:]
        for node in nodes { states[node.state.rawValue, default: 0] += 1 }
        let space = try? DiskSpace.holding(path: state.path)
        let (epoch, unsent, unreadable, revisions) = try await ledger.read { transaction in
            (
                try transaction.epoch(), try transaction.unsentCount(), try transaction.unreadableCount(),
                try transaction.revisions()
            )
        }
        var warnings: [String] = []
        if !isBrokerConnected() { warnings.append("There is no connection to the broker: nodes hear nothing new.") }
        if let space, space.available < 4 * Library.reserve { warnings.append("The disk is nearly full.") }
        if unreadable > 0 { warnings.append("\(unreadable) records of nodes could not be read and were set aside.") }
        if let ahead = Self.ahead(nodes, of: revisions) {
            warnings.append(
                "\(ahead.node) holds revision \(ahead.revision) of \(ahead.topic), newer than this controller's: it was restored from a backup. Stop it and run loa-controller restored."
            )
        }
        return ServiceStatus(
            version: Controller.version, startedAt: startedAt, epoch: epoch, publicKey: ledger.publicKey,
            brokerConnected: isBrokerConnected(), unsent: unsent, unreadable: unreadable, nodes: states,
            storage: Health.Storage(free: space?.available ?? 0, total: space?.total ?? 0), warnings: warnings)
    }

    /// A node that holds a newer document than the ledger knows of: then the ledger is older than what was published.
    static func ahead(
        _ nodes: [NodeItem], of revisions: [String: Revision]
    ) -> (node: NodeID, topic: String, revision: Revision)? {
        for node in nodes {
            for (topic, revision) in node.health?.documents ?? [:] {
                if let own = revisions[topic], revision > own { return (node.id, topic, revision) }
            }
        }
        return nil
    }
}
