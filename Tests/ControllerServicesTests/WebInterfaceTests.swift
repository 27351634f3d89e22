import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import ControllerServices

/// The HTTP interface, as its callers see it.
@Suite struct WebInterfaceTests {
    private static let broadcast =
        #"{"audio":["\#(ContentHash.sample)"],"scopes":["commune.cam-giang"],"class":"emergency"}"#

    @Test func `nothing is told or done without a valid token`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let paths: [(HTTPRequest.Method, String)] = [
                (.get, Route.audio), (.post, Route.audio), (.get, Route.broadcasts), (.post, Route.broadcasts),
                (.get, Route.nodes), (.post, Route.nodes), (.get, Route.halts), (.get, Route.status),
                (.get, Route.events), (.get, Route.tokens), (.post, Route.tokens), (.get, Route.unreadableRecords),
            ]
            for (method, path) in paths {
                for header in [nil, "Bearer", "Bearer ", "Bearer x", "Basic \(house.token)", house.token] {
                    var headers = HTTPFields()
                    headers[.authorization] = header
                    let response = try await caller.client.execute(uri: path, method: method, headers: headers)
                    #expect(response.status == .unauthorized, "\(method) \(path) \(header ?? "")")
                    #expect(response.headers[.wwwAuthenticate] == "Bearer")
                    #expect(try caller.problem(response).kind == .unauthorized)
                }
            }
            #expect(try await caller.client.execute(uri: Route.health, method: .get).status == .ok)
        }
        #expect(try await house.bench.desk.list(limit: 10).isEmpty)
    }

    @Test func `a broadcast is made, shown, listed and recalled`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let made = try await caller.call(.post, Route.broadcasts, Self.broadcast)
            #expect(made.status == .created)
            let item = try caller.read(BroadcastItem.self, made)
            #expect(made.headers[.location] == Route.broadcast(item.id))
            #expect(item.broadcast.priority == .emergency)
            #expect(item.broadcast.title == "sample")
            #expect(item.progress == .init(nodes: 2, states: ["waiting": 2], settled: false))
            let report = try caller.read(
                BroadcastReport.self, try await caller.call(.get, Route.broadcast(item.id)))
            #expect(report.playbacks.map(\.node) == [.n1, .n2])
            let recalled = try await caller.call(
                .post, Route.cancellation(of: item.id), #"{"reason":"nhầm"}"#)
            #expect(try caller.read(BroadcastItem.self, recalled).broadcast.cancelled?.reason == "nhầm")
            let list = try caller.read(
                List<BroadcastItem>.self, try await caller.call(.get, Route.broadcasts))
            #expect(list.items.map(\.id) == [item.id])
        }
        let document = try await house.bench.document(.broadcasts(.camGiang))
        #expect(document?.body.broadcasts.first?.cancelled?.reason == "nhầm")
    }

    @Test func `a request that comes again with its key makes nothing new`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let name = try #require(HTTPField.Name(Route.idempotencyKey))
            let headers = HTTPFields([HTTPField(name: name, value: "phone-1")])
            let first = try await caller.call(.post, Route.broadcasts, Self.broadcast, headers: headers)
            let again = try await caller.call(.post, Route.broadcasts, Self.broadcast, headers: headers)
            #expect(first.status == .created)
            #expect(again.status == .ok)
            #expect(first.body == again.body)
            let other = Self.broadcast.replacing("emergency", with: "normal")
            let conflict = try await caller.call(.post, Route.broadcasts, other, headers: headers)
            #expect(try caller.problem(conflict).kind == .conflict)
        }
        #expect(try await house.bench.desk.list(limit: 10).count == 1)
    }

    @Test func `many at once with one key make one`() async throws {
        let house = try await House()
        let request = BroadcastRequest(audio: [.sample], scopes: [.camGiang])
        let made = try await withThrowingTaskGroup(of: (id: BroadcastID, isNew: Bool).self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let made = try await house.bench.desk.create(request, key: "k")
                    return (made.item.id, made.isNew)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(made.map(\.id)).count == 1)
        #expect(made.count(where: \.isNew) == 1)
    }

    @Test(
        arguments: [
            ("{", "malformed", nil), ("[]", "malformed", nil), (#"{"audio":[],"scopes":[]}"#, "malformed", "class"),
            (#"{"audio":[],"scopes":["commune.cam-giang"],"class":"normal"}"#, "invalid", "audio"),
            (#"{"audio":["HASH"],"scopes":[],"class":"normal"}"#, "invalid", "scopes"),
            (#"{"audio":["HASH"],"scopes":["commune.x"],"class":"normal"}"#, "invalid", "scopes[0]"),
            (#"{"audio":["HASH"],"scopes":["everyone"],"class":"normal"}"#, "malformed", "scopes[0]"),
            (#"{"audio":["HASH"],"scopes":["node.n1"],"class":"loud"}"#, "malformed", "class"),
            (
                #"{"audio":["0000000000000000000000000000000000000000000000000000000000000000"],"scopes":["node.n1"],"class":"normal"}"#,
                "invalid", "audio[0]"
            ),
            (#"{"audio":["HASH"],"scopes":["node.n1"],"class":"normal","priority":230}"#, "invalid", "priority"),
            (#"{"audio":["HASH"],"scopes":["node.n1"],"class":"normal","volume":21}"#, "invalid", "volume"),
            (#"{"audio":["HASH"],"scopes":["node.n1"],"class":"normal","expires":0}"#, "invalid", "expires"),
            (#"{"audio":["HASH"],"scopes":["node.n1"],"class":"normal","at":"2020-01-01T00:00:00Z"}"#, "invalid", "at"),
            (#"{"audio":["HASH"],"scopes":["node.n1"],"class":"normal","at":"tomorrow"}"#, "malformed", "at"),
            (
                #"{"audio":["HASH"],"scopes":["node.n1"],"class":"normal","repeat":{"every":5,"until":"2027-01-01T00:00:00Z"}}"#,
                "malformed", "repeat.every"
            ),
            (
                #"{"audio":["HASH","HASH"],"scopes":["node.n1"],"class":"normal","repeat":{"every":15,"until":"2026-11-19T00:00:00Z"}}"#,
                "invalid", "repeat.every"
            ),
            (
                #"{"audio":["HASH"],"scopes":["node.n1"],"class":"normal","repeat":{"every":60,"until":"2020-01-01T00:00:00Z"}}"#,
                "invalid", "repeat.until"
            ),
        ] as [(String, String, String?)])
    func `what is not allowed is named by its field`(body: String, kind: String, field: String?) async throws {
        let house = try await House()
        try await house.serve { caller in
            let json = body.replacing("HASH", with: ContentHash.sample.hex)
            let problem = try caller.problem(try await caller.call(.post, Route.broadcasts, json))
            #expect(problem.kind?.rawValue == kind)
            #expect(problem.field == field, "\(problem)")
        }
        #expect(try await house.bench.desk.list(limit: 10).isEmpty)
    }

    @Test func `a JSON body that is too large is not read`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let large = #"{"title":""# + String(repeating: "x", count: 300_000) + #""}"#
            let response = try await caller.call(.post, Route.broadcasts, large)
            #expect(try caller.problem(response).kind == .tooLarge)
        }
    }

    @Test func `what is not there is a problem, too`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let paths = [
                "/", "/api", "/api/v1/nothing", "\(Route.broadcasts)/none", "\(Route.nodes)/none",
                "\(Route.audio)/none", "\(Route.broadcasts)/%2e%2e", "\(Route.content)/x",
            ]
            for path in paths {
                let response = try await caller.call(.get, path)
                #expect(try caller.problem(response).kind == .notFound, "\(path)")
            }
            let lift = try await caller.call(.delete, Route.halt(.camGiang))
            #expect(try caller.problem(lift).kind == .notFound)
        }
    }

    @Test func `audio is uploaded, and served whole and in parts`() async throws {
        let house = try await House()
        let data = try await Workshop().speech("a.mp3")
        try await house.serve { caller in
            let headers = HTTPFields([HTTPField(name: .authorization, value: "Bearer \(house.token)")])
            let path = "\(Route.audio)?title=Th%C3%B4ng%20b%C3%A1o&filename=a.mp3"
            let added = try await caller.client.execute(
                uri: path, method: .post, headers: headers, body: ByteBuffer(bytes: data))
            #expect(added.status == .created)
            let item = try caller.read(AudioItem.self, added)
            #expect(item.title == "Thông báo")
            let again = try await caller.client.execute(
                uri: path, method: .post, headers: headers, body: ByteBuffer(bytes: data))
            #expect(again.status == .ok)

            func get(_ fields: [HTTPField], _ method: HTTPRequest.Method = .get) async throws -> TestResponse {
                try await caller.client.execute(
                    uri: Route.content(item.sha256), method: method, headers: HTTPFields(fields))
            }
            let whole = try await get([])
            #expect(whole.status == .ok)
            #expect(Data(whole.body.readableBytesView) == data)
            #expect(whole.headers[.eTag] == "\"\(item.sha256)\"")
            #expect(whole.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(whole.headers[.contentType] == "audio/mpeg")
            let part = try await get([HTTPField(name: .range, value: "bytes=100-199")])
            #expect(part.status == .partialContent)
            #expect(Data(part.body.readableBytesView) == data[100...199])
            #expect(part.headers[.contentRange] == "bytes 100-199/\(data.count)")
            let rest = try await get([HTTPField(name: .range, value: "bytes=\(data.count - 5)-")])
            #expect(Data(rest.body.readableBytesView) == data.suffix(5))
            let beyond = try await get([HTTPField(name: .range, value: "bytes=\(data.count)-")])
            #expect(beyond.status == .rangeNotSatisfiable)
            #expect(beyond.headers[.contentRange] == "bytes */\(data.count)")
            let changed = try await get([
                HTTPField(name: .range, value: "bytes=0-9"), HTTPField(name: .ifRange, value: "\"other\""),
            ])
            #expect(changed.status == .ok)
            let known = try await get([HTTPField(name: .ifNoneMatch, value: "\"\(item.sha256)\"")])
            #expect(known.status == .notModified)
            let head = try await get([], .head)
            #expect(head.headers[.contentLength] == "\(data.count)")
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test(arguments: [
        "/content/../controller.key", "/content/..%2fcontroller.key", "/content/%2e%2e/controller.sqlite",
        "/content//etc/passwd", "/content/controller.sqlite", "/content/.mp3", "/content/",
        "/content/HASH.mp3%00", "/content/HASH", "/content/HASH.MP3",
    ])
    func `only audio leaves by the content path`(path: String) async throws {
        let house = try await House()
        try await house.serve { caller in
            let response = try await caller.client.execute(
                uri: path.replacing("HASH", with: ContentHash.sample.hex), method: .get)
            #expect(response.status == .notFound)
        }
    }

    @Test func `an upload that cannot be broadcast is refused in words`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let text = try await caller.call(.post, Route.audio, "this is no audio")
            #expect(try caller.problem(text).kind == .unsuitableAudio)
            let large = try await caller.call(.post, Route.audio, String(repeating: "x", count: 1_000_001))
            #expect(try caller.problem(large).kind == .tooLarge)
        }
    }

    @Test func `a halt is put and lifted`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let put = try await caller.call(.put, Route.halt(.camGiang), #"{"emergencies":true,"reason":"tang lễ"}"#)
            #expect(try caller.read(HaltItem.self, put).halt.emergencies)
            let node = try caller.read(NodeItem.self, try await caller.call(.get, Route.node(.n1)))
            #expect(node.halted == [.camGiang])
            #expect(try await house.bench.document(.broadcasts(.camGiang))?.body.halt?.reason == "tang lễ")
            #expect(try await caller.call(.delete, Route.halt(.camGiang)).status == .noContent)
            let list = try caller.read(List<HaltItem>.self, try await caller.call(.get, Route.halts))
            #expect(list.items.isEmpty)
        }
        #expect(try await house.bench.document(.broadcasts(.camGiang))?.body.halt == nil)
    }

    @Test func `a node is added with credentials that are told once`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let body = #"{"id":"n3","scopes":["commune.cam-giang","hamlet.an-phu"],"title":"Nhà văn hóa"}"#
            let added = try await caller.call(.post, Route.nodes, body)
            #expect(added.status == .created)
            let credentials = try caller.read(NodeCredentials.self, added)
            #expect(credentials.mqtt.user == "n3")
            #expect(credentials.mqtt.password.count == 48)
            #expect(credentials.trustedKey == house.bench.signer.publicKey)
            #expect(try caller.problem(try await caller.call(.post, Route.nodes, body)).kind == .conflict)
            let shown = try await caller.call(.get, "\(Route.nodes)/n3")
            #expect(!String(buffer: shown.body).contains(credentials.mqtt.password))
            for bad in [
                #"{"id":"a/b","scopes":[]}"#, #"{"id":"x","scopes":["node.n1"]}"#,
                #"{"id":"x","scopes":[],"timeZone":"Mars/Base"}"#, #"{"id":"controller","scopes":[]}"#,
                #"{"id":"x","scopes":[],"quietHours":[{"from":"25:00","to":"05:00"}]}"#,
            ] {
                let response = try await caller.call(.post, Route.nodes, bad)
                #expect((400..<500).contains(response.status.code))
                #expect(try caller.problem(response).field != nil, "\(bad)")
            }
        }
    }

    @Test func `tokens are made, listed without their secret, and voided`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let made = try caller.read(
                NewToken.self, try await caller.call(.post, Route.tokens, #"{"name":"phone"}"#))
            #expect(try await caller.call(.get, Route.nodes, token: made.token).status == .ok)
            let list = try await caller.call(.get, Route.tokens)
            #expect(!String(buffer: list.body).contains(made.token))
            #expect(try caller.read(List<TokenItem>.self, list).items.map(\.name) == ["test", "phone"])
            #expect(try await caller.call(.delete, Route.token(made.item.id)).status == .noContent)
            #expect(try await caller.call(.get, Route.nodes, token: made.token).status == .unauthorized)
        }
    }

    @Test func `the status tells what a person should look at`() async throws {
        let house = try await House()
        try await house.serve { caller in
            let status = try caller.read(ServiceStatus.self, try await caller.call(.get, Route.status))
            #expect(!status.brokerConnected)
            #expect(status.epoch == 1)
            #expect(status.nodes == ["new": 2])
            #expect(status.warnings.count == 1)
        }
    }
}
