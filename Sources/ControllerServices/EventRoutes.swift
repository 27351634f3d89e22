import Broadcasting
import ControllerAPI
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// What happens, as server-sent events (WHATWG HTML, 9.2). A sign of life each 15 s tells a dead connection from a quiet night.
struct EventRoutes: Sendable {
    let feed: LiveFeed
    let now: @Sendable () -> Timestamp

    func add(to group: RouterGroup<APIContext>) {
        group.get("events") { _, _ in
            let events = feed.events()
            var headers = HTTPFields()
            headers[.contentType] = "text/event-stream"
            headers[.cacheControl] = "no-store"
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody { writer in
                    try await writer.write(Self.line(LiveEvent(.alive, at: now(), text: "watching")))
                    for await event in events { try await writer.write(Self.line(event)) }
                    try await writer.finish(nil)
                })
        }
    }

    private static func line(_ event: LiveEvent) throws -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: \(event.kind.rawValue)\ndata: ")
        buffer.writeBytes(try Wire.encode(event))
        buffer.writeString("\n\n")
        return buffer
    }
}
