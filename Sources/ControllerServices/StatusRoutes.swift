import Broadcasting
import ControllerAPI
import Hummingbird

/// How the controller is, and who may use it.
struct StatusRoutes: Sendable {
    let reporter: StatusReporter
    let ledger: Ledger

    func add(to group: RouterGroup<APIContext>) {
        group.get("status") { _, _ in try Response(try await reporter.status()) }
        group.get("tokens") { _, _ in try Response(List(try await ledger.read { try $0.tokens() })) }
        group.post("tokens") { request, context in
            let asked = try await request.json(TokenRequest.self, limit: context.maxUploadSize)
            guard (1...200).contains(asked.name.utf8.count) else {
                throw ProblemDetails(.invalid, "A token's name has 1 to 200 bytes.", field: "name")
            }
            return try Response(
                try await ledger.write { try $0.makeToken(name: asked.name) }, status: .created)
        }
        group.delete("tokens/:id") { _, context in
            let id = try context.parameters.require("id")
            guard id != context.token?.id else {
                throw ProblemDetails(.conflict, "A token does not delete itself: use another one.")
            }
            guard try await ledger.write({ try $0.deleteToken(id) }) else {
                throw ProblemDetails.unknown("token", id.prefix(64))
            }
            return Response(status: .noContent)
        }
    }

    /// Open to all, and tells nothing but that the controller can work.
    func addHealth(to router: Router<APIContext>) {
        router.get("\(Route.health)") { _, _ in
            _ = try await ledger.read { try $0.epoch() }
            return try Response(["status": "ok"])
        }
    }
}
