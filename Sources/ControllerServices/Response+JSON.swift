import Broadcasting
import ControllerAPI
import FoundationEssentials
import HTTPTypes
import Hummingbird

extension Response {
    /// `value` as JSON.
    init(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws {
        self.init(status: status, json: try Wire.encode(value), type: "application/json")
    }

    init(_ problem: ProblemDetails) {
        let json = (try? Wire.encode(problem)) ?? Data("{}".utf8)
        self.init(
            status: HTTPResponse.Status(code: problem.status), json: json, type: Route.problemType)
        if problem.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
    }

    private init(status: HTTPResponse.Status, json: Data, type: String) {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}

extension Request {
    /// The JSON body, at most `limit` bytes.
    ///
    /// - Throws: `ProblemDetails` that says what cannot be read.
    func json<Value: Decodable>(_ type: Value.Type, limit: Int) async throws -> Value {
        let tooLarge = ProblemDetails(.tooLarge, "A JSON body has at most \(limit) bytes.")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        var bytes: [UInt8] = []
        for try await chunk in body {
            guard bytes.count + chunk.readableBytes <= limit else { throw tooLarge }
            bytes += chunk.readableBytesView
        }
        do {
            return try Wire.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw ProblemDetails(.malformed, plainWords(error), field: error.path)
        }
    }

    /// How many items the caller wants, 1 to 1000; 100 where it says nothing.
    func limit() throws -> Int {
        guard let text = uri.queryParameters.get(Route.limitParameter) else { return 100 }
        guard let limit = Int(text), (1...1000).contains(limit) else {
            throw ProblemDetails(.invalid, "A limit is 1 to 1000.", field: Route.limitParameter)
        }
        return limit
    }
}

extension DecodingError {
    /// The field that was wrong, as a path.
    var path: String? {
        let path: [any CodingKey]
        switch self {
        case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
            path = context.codingPath
        case .keyNotFound(let key, let context): path = context.codingPath + [key]
        @unknown default: return nil
        }
        var text = ""
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return text.isEmpty ? nil : text
    }
}
