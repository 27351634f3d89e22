import Broadcasting
import ControllerAPI
import HTTPTypes
import Hummingbird

/// The library: upload, list, show.
struct AudioRoutes: Sendable {
    let library: Library

    func add(to group: RouterGroup<APIContext>) {
        group.post("audio") { request, _ in
            let parameters = request.uri.queryParameters
            let added = try await library.add(
                title: parameters.get(Route.titleParameter), filename: parameters.get(Route.filenameParameter),
                announced: request.headers[.contentLength].flatMap { Int64($0) },
                chunks: request.body.map { Array($0.readableBytesView) })
            return try Response(added.item, status: added.isNew ? .created : .ok)
        }
        group.get("audio") { request, _ in
            let limit = try request.limit()
            return try Response(List(try await library.ledger.read { try $0.audio(limit: limit) }))
        }
        group.get("audio/:sha256") { _, context in
            let text = try context.parameters.require("sha256")
            guard let sha256 = ContentHash(text), let item = try await library.ledger.read({ try $0.audio(sha256) })
            else { throw ProblemDetails.unknown("audio", text.prefix(64)) }
            return try Response(item)
        }
    }
}
