import Broadcasting
import ControllerAPI
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// Schedules of scopes, what is due on nodes, and what became of it.
struct ScheduleRoutes: Sendable {
    let desk: ScheduleDesk

    func add(to group: RouterGroup<APIContext>) {
        group.get("schedules") { _, _ in try Response(List(try await desk.list())) }
        group.get("scopes/:scope/schedule") { _, context in
            try Self.response(try await desk.show(try context.scope()))
        }
        group.put("scopes/:scope/schedule") { request, context in
            let scope = try context.scope()
            let known = try Self.version(request)
            let asked = try await Self.asked(request)
            return try Self.response(
                try await desk.put(asked, of: scope, known: known, by: context.token?.name ?? "unknown"))
        }
        group.get("scopes/:scope/schedule/history") { request, context in
            try Response(List(try await desk.history(of: try context.scope(), limit: try request.limit())))
        }
        group.get("nodes/:id/schedule") { request, context in
            let text = try context.parameters.require("id")
            guard let node = NodeID(rawValue: text) else { throw ProblemDetails.unknown("node", text.prefix(64)) }
            let from = try Self.time(request, Route.fromParameter) ?? desk.ledger.time
            let to = try Self.time(request, Route.toParameter) ?? from.advanced(bySeconds: 7 * 86_400)
            return try Response(try await desk.expand(node, from: from, to: to))
        }
        group.get("programme-playbacks") { request, _ in
            let node: NodeID? = try Self.name(request, Route.nodeParameter)
            let programme: ProgrammeID? = try Self.name(request, Route.programmeParameter)
            let limit = try request.limit()
            return try Response(
                List(
                    try await desk.ledger.read {
                        try $0.programmePlaybacks(node: node, programme: programme, limit: limit)
                    }))
        }
    }

    private static func response(_ item: ScheduleItem) throws -> Response {
        var response = try Response(item)
        response.headers[.eTag] = item.entityTag
        return response
    }

    /// The request, with all that cannot be read of its programmes told at once.
    private static func asked(_ request: Request) async throws -> ScheduleRequest {
        struct Outline: Decodable { var programmes: [JSONValue] }
        let outline = try await request.json(Outline.self, limit: ScheduleDesk.maximumRequest)
        var faults: [ProblemDetails.FieldError] = []
        let programmes = try outline.programmes.enumerated().compactMap { index, value -> Programme? in
            let data = try Wire.encode(value)
            do {
                return try Wire.decode(Programme.self, from: data)
            } catch let error as DecodingError {
                let field = ["programmes[\(index)]", error.path].compactMap(\.self).joined(separator: ".")
                faults.append(.init(field: field, detail: plainWords(error)))
                return nil
            }
        }
        guard faults.isEmpty else { throw ScheduleDesk.problem(faults) }
        return ScheduleRequest(programmes: programmes)
    }

    /// The version that the caller has read, by `If-Match`.
    private static func version(_ request: Request) throws -> Int? {
        guard let tag = request.headers[.ifMatch], tag != "*" else { return nil }
        guard tag.count > 2, tag.first == "\"", tag.last == "\"", let version = Int(tag.dropFirst().dropLast()) else {
            throw ProblemDetails(
                .changedMeanwhile, "If-Match carries the entity tag of the schedule that was read, as \"3\".")
        }
        return version
    }

    private static func time(_ request: Request, _ parameter: String) throws -> Timestamp? {
        guard let text = request.uri.queryParameters.get(parameter) else { return nil }
        guard let time = Timestamp(text) else {
            throw ProblemDetails(.invalid, "A time is RFC 3339, as 2026-11-23T05:00:00+07:00.", field: parameter)
        }
        return time
    }

    private static func name<Name: Identifier>(_ request: Request, _ parameter: String) throws -> Name? {
        guard let text = request.uri.queryParameters.get(parameter) else { return nil }
        guard let name = Name(rawValue: text) else {
            throw ProblemDetails(.invalid, "A name has 1 to 64 of A-Z a-z 0-9 - _.", field: parameter)
        }
        return name
    }
}

extension APIContext {
    /// The scope that the path names.
    func scope() throws -> Scope {
        let text = try parameters.require("scope")
        guard let scope = Scope(text) else {
            throw ProblemDetails(
                .invalid, "A scope is node, hamlet, commune, province or group, a dot and a name.", field: "scope")
        }
        return scope
    }
}
