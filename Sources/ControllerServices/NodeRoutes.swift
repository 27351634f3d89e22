import Broadcasting
import ControllerAPI
import Hummingbird

/// Nodes and what they told.
struct NodeRoutes: Sendable {
    let registry: NodeRegistry

    func add(to group: RouterGroup<APIContext>) {
        group.get("nodes") { _, _ in try Response(List(try await registry.list())) }
        group.post("nodes") { request, context in
            let asked = try await request.json(NodeRequest.self, limit: context.maxUploadSize)
            return try Response(try await registry.add(asked), status: .created)
        }
        group.get("nodes/:id") { _, context in try Response(try await registry.show(try Self.id(context))) }
        group.put("nodes/:id") { request, context in
            let id = try Self.id(context)
            let change = try await request.json(NodeChange.self, limit: context.maxUploadSize)
            return try Response(try await registry.change(id, change))
        }
        group.post("nodes/:id/credentials") { _, context in
            try Response(try await registry.renewCredentials(try Self.id(context)), status: .created)
        }
        group.get("nodes/:id/journal") { request, context in
            try Response(List(try await registry.journal(try Self.id(context), limit: try request.limit())))
        }
        group.get("unreadable-records") { request, _ in
            let limit = try request.limit()
            return try Response(List(try await registry.ledger.read { try $0.unreadable(limit: limit) }))
        }
    }

    private static func id(_ context: APIContext) throws -> NodeID {
        let text = try context.parameters.require("id")
        guard let id = NodeID(rawValue: text) else { throw ProblemDetails.unknown("node", text.prefix(64)) }
        return id
    }
}
