import Broadcasting
import ControllerAPI
import HTTPTypes
import Hummingbird

/// Broadcasts and halts.
struct BroadcastRoutes: Sendable {
    let desk: BroadcastDesk

    func add(to group: RouterGroup<APIContext>) {
        group.post("broadcasts") { request, context in
            let key = try Self.key(request)
            let asked = try await request.json(BroadcastRequest.self, limit: context.maxUploadSize)
            let made = try await desk.create(asked, key: key)
            var response = try Response(made.item, status: made.isNew ? .created : .ok)
            response.headers[.location] = Route.broadcast(made.item.id)
            return response
        }
        group.get("broadcasts") { request, _ in
            try Response(List(try await desk.list(limit: try request.limit())))
        }
        group.get("broadcasts/:id") { _, context in try Response(try await desk.report(try Self.id(context))) }
        group.post("broadcasts/:id/cancellation") { request, context in
            let id = try Self.id(context)
            let asked = try await request.json(CancellationRequest.self, limit: context.maxUploadSize)
            return try Response(try await desk.cancel(id, reason: asked.reason))
        }
        group.get("halts") { _, _ in try Response(List(try await desk.ledger.read { try $0.halts() })) }
        group.put("halts/:scope") { request, context in
            let scope = try context.scope()
            let asked = try await request.json(HaltRequest.self, limit: context.maxUploadSize)
            guard asked.reason.map({ $0.utf8.count <= 1000 }) ?? true else {
                throw ProblemDetails(.invalid, "A reason has at most 1000 bytes.", field: "reason")
            }
            guard let item = try await desk.halt(scope, asked) else { throw ProblemDetails(.internal) }
            return try Response(item)
        }
        group.delete("halts/:scope") { _, context in
            _ = try await desk.halt(try context.scope(), nil)
            return Response(status: .noContent)
        }
    }

    private static func id(_ context: APIContext) throws -> BroadcastID {
        let text = try context.parameters.require("id")
        guard let id = BroadcastID(rawValue: text) else { throw ProblemDetails.unknown("broadcast", text.prefix(64)) }
        return id
    }

    private static func key(_ request: Request) throws -> String? {
        guard let name = HTTPField.Name(Route.idempotencyKey), let key = request.headers[name] else { return nil }
        guard (1...128).contains(key.utf8.count) else {
            throw ProblemDetails(
                .invalid, "An idempotency key has 1 to 128 characters.", field: Route.idempotencyKey)
        }
        return key
    }
}
