import Broadcasting
import ControllerAPI
import HTTPTypes
import Hummingbird
import RuntimeSupport

/// Serves the library's files to nodes. Open to all: whoever knows a hash knows what he gets, and nodes check it.
///
/// The path of a file is made from the hash, never from the request.
struct ContentRoutes: Sendable {
    let library: Library
    private let files = FileIO()

    init(library: Library) { self.library = library }

    func add(to router: Router<APIContext>) {
        router.get("\(Route.content)/:file") { try await serve($0, $1, isHead: false) }
        router.head("\(Route.content)/:file") { try await serve($0, $1, isHead: true) }
    }

    private func serve(_ request: Request, _ context: APIContext, isHead: Bool) async throws -> Response {
        let name = try context.parameters.require("file")
        guard name.hasSuffix(".mp3"), let sha256 = ContentHash(String(name.dropLast(4))),
            let size = PrivateFile.size(of: library.path(of: sha256))
        else { throw ProblemDetails(.notFound, "There is no such content.") }
        let tag = "\"\(sha256)\""
        var headers = HTTPFields()
        headers[.eTag] = tag
        headers[.acceptRanges] = "bytes"
        headers[.cacheControl] = "public, max-age=31536000, immutable"
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(tag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = "audio/mpeg"
        let condition = request.headers[.ifRange]
        let range = ByteRange(
            header: condition == nil || condition == tag ? request.headers[.range] : nil, size: size)
        switch range {
        case .unsatisfiable:
            headers[.contentType] = nil
            headers[.contentRange] = "bytes */\(size)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        case .part(let part):
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound)/\(size)"
            headers[.contentLength] = "\(part.count)"
            if isHead { return Response(status: .partialContent, headers: headers) }
            let body = try await files.loadFile(path: library.path(of: sha256), range: part, context: context)
            return Response(status: .partialContent, headers: headers, body: body)
        case .whole:
            headers[.contentLength] = "\(size)"
            if isHead { return Response(status: .ok, headers: headers) }
            let body = try await files.loadFile(path: library.path(of: sha256), context: context)
            return Response(status: .ok, headers: headers, body: body)
        }
    }
}
