import Broadcasting
import ControllerAPI

/// The nodes that obey some scopes.
struct BroadcastTargets {
    let nodes: [NodeItem]
    /// Scopes that none obeys.
    let unknown: [Scope]

    init(scopes: [Scope], nodes: [NodeItem]) {
        let obeyed = nodes.map { Set($0.settings.scopes).union([.node($0.id)]) }
        let wanted = Set(scopes)
        self.nodes = zip(nodes, obeyed).filter { !$0.1.isDisjoint(with: wanted) }.map(\.0)
        unknown = scopes.filter { scope in !obeyed.contains { $0.contains(scope) } }
    }

    /// How many of them would sound it now.
    var connected: Int { nodes.count { [.connected, .playing, .fault].contains($0.state) } }
}
