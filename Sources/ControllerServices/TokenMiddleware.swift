import Broadcasting
import ControllerAPI
import HTTPTypes
import Hummingbird

/// Lets nobody in without a valid bearer token (RFC 6750).
struct TokenMiddleware: RouterMiddleware {
    let ledger: Ledger

    /// How often the use of a token is written down, in seconds.
    static let noteInterval = 3600.0

    func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard let secret = Self.secret(request.headers[.authorization]),
            let token = try await ledger.read({ try $0.token(secret: secret) })
        else {
            throw ProblemDetails(.unauthorized, "Send the header Authorization: Bearer TOKEN.")
        }
        let now = ledger.time
        if token.lastUsed.map({ now.seconds(since: $0) > Self.noteInterval }) ?? true {
            try await ledger.write { try $0.noteUse(ofToken: token.id) }
        }
        var context = context
        context.token = token
        return try await next(request, context)
    }

    private static func secret(_ header: String?) -> String? {
        guard let header, header.utf8.count <= 512 else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
