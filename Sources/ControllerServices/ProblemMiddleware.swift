import ControllerAPI
import GRDB
import Hummingbird
import Logging

/// The one place where an error becomes a response: problem details (RFC 9457).
struct ProblemMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as ProblemDetails {
            return Response(problem)
        } catch let error as HTTPError {
            return Response(Self.problem(error.status, detail: error.body))
        } catch let error as any HTTPResponseError {
            return Response(Self.problem(error.status, detail: nil))
        } catch let error as DatabaseError where error.isOfTheDisk {
            context.logger.error(
                "the ledger cannot be written", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return Response(
                ProblemDetails(.storage, "The ledger cannot be written: the disk is full, read-only or faulty."))
        } catch let error as CancellationError {
            throw error
        } catch {
            context.logger.error(
                "a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return Response(ProblemDetails(.internal, "The controller's log has more."))
        }
    }

    private static func problem(_ status: HTTPResponse.Status, detail: String?) -> ProblemDetails {
        let kind: ProblemDetails.Kind =
            switch status.code {
            case 401: .unauthorized
            case 404: .notFound
            case 405: .methodNotAllowed
            case 413: .tooLarge
            case 400..<500: .malformed
            default: .internal
            }
        return ProblemDetails(kind, detail)
    }
}

extension DatabaseError {
    /// Whether only the operator can mend it.
    fileprivate var isOfTheDisk: Bool {
        [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN].contains(resultCode)
    }
}
