import Broadcasting
import ControllerAPI
import FoundationEssentials
import Testing

/// What travels between command line and controller, as JSON.
@Suite struct WireTests {
    private let hash = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c"

    @Test func `a broadcast asked for with the least that is allowed is read`() throws {
        let json = #"{"audio":["\#(hash)"],"scopes":["commune.cam-giang"],"class":"emergency"}"#
        let request = try Wire.decode(BroadcastRequest.self, from: Data(json.utf8))
        let sha256 = try #require(ContentHash(hash))
        let scope = try #require(Scope("commune.cam-giang"))
        #expect(request == BroadcastRequest(audio: [sha256], scopes: [scope], class: .emergency))
        #expect(
            try String(decoding: Wire.encode(request), as: UTF8.self)
                == #"{"audio":["\#(hash)"],"class":"emergency","scopes":["commune.cam-giang"]}"#)
    }

    @Test func `a problem is one object with the fields of RFC 9457`() throws {
        let problem = ProblemDetails(.invalid, "every is at least 10 s", field: "repeat.every")
        let json = try String(decoding: Wire.encode(problem), as: UTF8.self)
        #expect(
            json
                == #"{"detail":"every is at least 10 s","field":"repeat.every","status":422,"title":"A value is not allowed","type":"urn:loa:problem:invalid"}"#
        )
        let read = try Wire.decode(ProblemDetails.self, from: Data(json.utf8))
        #expect(read.kind == .invalid)
        #expect(read.description == "A value is not allowed: every is at least 10 s (repeat.every)")
    }

    @Test(arguments: ProblemDetails.Kind.allCases)
    func `each kind of problem is found again by its type`(kind: ProblemDetails.Kind) throws {
        let read = try Wire.decode(ProblemDetails.self, from: Wire.encode(ProblemDetails(kind)))
        #expect(read.kind == kind)
        #expect((400..<600).contains(read.status))
    }

    @Test func `states that are absent count as none`() {
        let progress = BroadcastItem.Progress(nodes: 3, states: ["finished": 2, "missed": 1], settled: true)
        #expect(progress[.finished] == 2)
        #expect(progress[.missed] == 1)
        #expect(progress[.playing] == 0)
    }

    @Test func `paths carry the names as they are`() throws {
        let scope = try #require(Scope("commune.cam-giang"))
        let sha256 = try #require(ContentHash(hash))
        #expect(Route.halt(scope) == "/api/v1/halts/commune.cam-giang")
        #expect(Route.content(sha256) == "/content/\(hash).mp3")
    }
}
