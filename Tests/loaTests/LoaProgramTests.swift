import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import Testing

@Suite struct LoaProgramTests {
    private static let hash = String(repeating: "ab", count: 32)

    @Test(arguments: [
        "audio list", "broadcasts", "broadcasts show b1", "broadcasts cancel b1 --reason sai", "halt commune.cam-giang",
        "halt lift commune.cam-giang", "halt list", "nodes", "nodes add cl-01 --scopes commune.cam-giang",
        "nodes show cl-01", "broadcast \(hash) --to commune.cam-giang", "broadcasts wait b1",
    ])
    func `with --json each command writes one JSON value and nothing beside it`(line: String) async throws {
        let controller = try await Sample.controller()
        let run = try await LoaProgram("\(line) --json", url: controller.url)
        #expect(run.status == (line == "broadcasts wait b1" ? 1 : 0))
        #expect(run.errors.isEmpty)
        guard case .object = try run.json(JSONValue.self) else {
            Issue.record("not an object: \(run.output)")
            return
        }
    }

    @Test func `the JSON values are those of the interface`() async throws {
        let controller = try await Sample.controller()
        #expect(try await LoaProgram("nodes --json", url: controller.url).json(List<NodeItem>.self).items.count == 2)
        let report = try await LoaProgram("broadcasts show b1 --json", url: controller.url).json(BroadcastReport.self)
        #expect(report == (try Sample.broadcast([.finished, .failed], settled: true)))
    }

    @Test func `people get tables`() async throws {
        let controller = try await Sample.controller()
        let nodes = try await LoaProgram("nodes", url: controller.url)
        #expect(
            nodes.output == """
                NODE   TITLE        STATE      PLAYING  VOLUME  CLOCK  LAST SEEN  LOOK AT
                cl-01  Thôn Ấp Mới  connected                -  -      never
                cl-02  Thôn Ấp Mới  lost                     -  -      never

                """)
        let broadcasts = try await LoaProgram("broadcasts", url: controller.url)
        #expect(
            broadcasts.output == """
                ID  CLASS      TITLE     SCOPES             START                HEARD  STATE
                b1  emergency  Bão số 3  commune.cam-giang  22/11/2026 05:00:00    1/2  ended

                """)
    }

    @Test func `a node's settings file is all that standard output gets`() async throws {
        let controller = try await Sample.controller()
        let run = try await LoaProgram("nodes add cl-01 --scopes commune.cam-giang --title Chợ", url: controller.url)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(run.output.hasPrefix("# Settings of node cl-01, which obeys node.cl-01, commune.cam-giang.\n"))
        #expect(
            run.output.contains(
                "\nmqtt:\n  host: \"127.0.0.1\"\n  port: 1883\n  username: cl-01\n  password: \"0a1b\"\n"))
        let request = try Wire.decode(NodeRequest.self, from: Data(try #require(try controller.asked().last).body.utf8))
        var expected = NodeRequest(id: try Sample.node().id, scopes: [try Sample.scope()])
        expected.title = "Chợ"
        #expect(request == expected)
    }

    @Test func `a file is sent as it is, under its name`() async throws {
        let controller = try await Sample.controller()
        let folder = try TemporaryFolder()
        let text = String(repeating: "not really an MP3 ", count: 20_000)
        let file = try folder.write(text, to: "bão số 3.mp3")
        let run = try await LoaProgram("audio add", [file, "--title", "Bão & lũ"], url: controller.url)
        #expect(run.status == 0)
        #expect(run.output.hasPrefix("\(Self.hash)\nBão số 3: 1:05, 1.0 MB, 44100 Hz, mono, -18.5 LUFS\n"))
        let asked = try #require(try controller.asked().last)
        #expect(asked.body == text)
        #expect(asked.headers["content-type"] == "audio/mpeg")
        #expect(asked.query == "filename=b%C3%A3o%20s%E1%BB%91%203.mp3&title=B%C3%A3o%20%26%20l%C5%A9")
    }

    @Test func `a broadcast uploads first, then asks with all that the line says`() async throws {
        let controller = try await Sample.controller()
        let folder = try TemporaryFolder()
        let file = try folder.write("x", to: "a.mp3")
        let run = try await LoaProgram(
            "broadcast", [file, "abababab", "--to", "commune.cam-giang", "--class", "emergency", "--drill"],
            url: controller.url)
        #expect(run.status == 0)
        #expect(run.errors == "Follow it with: loa broadcasts wait b1\n")
        let asked = try controller.asked()
        #expect(asked.suffix(2).map(\.route) == ["POST \(Route.audio)", "POST \(Route.broadcasts)"])
        let post = try #require(asked.last)
        #expect(try #require(post.headers["idempotency-key"]).count == 36)
        #expect(
            post.body
                == #"{"audio":["\#(Self.hash)","\#(Self.hash)"],"class":"emergency","drill":true,"scopes":["commune.cam-giang"]}"#
        )
    }

    @Test func `a broadcast without an answer is asked for again with the same key`() async throws {
        let answer = FakeController.Answer.json(201, try Wire.encode(try Sample.broadcast().item))
        let controller = try await Sample.controller(["POST \(Route.broadcasts)": [.nothing, answer]])
        let run = try await LoaProgram("broadcast \(Self.hash) --to node.cl-01 --json", url: controller.url)
        #expect(run.status == 0)
        #expect(run.errors.contains("sending it again"))
        let posts = try controller.asked().filter { $0.route == "POST \(Route.broadcasts)" }
        #expect(posts.count == 2)
        #expect(posts[0].headers["idempotency-key"] == posts[1].headers["idempotency-key"])
        #expect(posts[0].body == posts[1].body)
    }

    @Test func `a broadcast that got no answer at all tells its key`() async throws {
        let controller = try await Sample.controller(["POST \(Route.broadcasts)": [.nothing]])
        let run = try await LoaProgram(
            "broadcast \(Self.hash) --to node.cl-01 --idempotency-key bao-3", url: controller.url)
        #expect(run.status == 4)
        #expect(run.output.isEmpty)
        #expect(run.errors.contains("send it again with --idempotency-key bao-3, which makes no second one"))
        #expect(try controller.asked().count { $0.headers["idempotency-key"] == "bao-3" } == 3)
    }

    @Test func `a scope that no node obeys is told before anything is sent`() async throws {
        let controller = try await Sample.controller()
        let folder = try TemporaryFolder()
        let file = try folder.write("x", to: "a.mp3")
        let run = try await LoaProgram("broadcast", [file, "--to", "commune.cam-gian"], url: controller.url)
        #expect(run.status == 3)
        #expect(run.errors.contains("No node obeys commune.cam-gian"))
        #expect(try controller.asked().allSatisfy { $0.route.hasPrefix("GET") })
    }

    @Test(arguments: [
        ([PlaybackState.finished, .finished], true, 0), ([.finished, .missed], true, 1),
        ([.finished, .playing], false, 2),
    ])
    func `waiting ends with a status that tells`(states: [PlaybackState], settled: Bool, status: Int32) async throws {
        let open = FakeController.Answer.json(200, try Wire.encode(try Sample.broadcast([.playing, .playing])))
        let last = FakeController.Answer.json(200, try Wire.encode(try Sample.broadcast(states, settled: settled)))
        let controller = try await Sample.controller(["GET /api/v1/broadcasts/b1": [open, last]])
        let run = try await LoaProgram("broadcasts wait b1 --timeout 2s --json", url: controller.url)
        #expect(run.status == status)
        struct Result: Decodable { var outcome: String, report: BroadcastReport }
        let result = try run.json(Result.self)
        #expect(result.outcome == ["finished", "otherwise", "timeout"][Int(status)])
        #expect(result.report.playbacks.map(\.state) == states)
    }

    @Test func `what goes wrong is told on standard error, with a status, and nothing else`() async throws {
        let controller = try await Sample.controller([
            "GET \(Route.halts)": [.problem(ProblemDetails(.internal))],
            "POST \(Route.nodes)": [.problem(ProblemDetails(.conflict, "There is a node cl-01 already.", field: "id"))],
            "GET \(Route.audio)": [.text(200, "<html>router</html>")],
            "GET \(Route.broadcasts)": [.text(502, "<html>proxy</html>")],
        ])
        let cases: [(String, String?, Int32, String)] = [
            (
                "nodes add cl-01 --scopes commune.x", FakeController.token, 3,
                "There is a node cl-01 already.\n  field: id"
            ),
            ("halt list", FakeController.token, 3, "journalctl -u loa-controller"),
            ("nodes", "another", 5, "does not accept the access token"),
            ("nodes", nil, 5, "there is no access token"),
            ("audio list", FakeController.token, 4, "cannot be read"),
            ("broadcasts", FakeController.token, 4, "seems to be no Loa controller (status 502, text/html)"),
            ("broadcasts show b7", FakeController.token, 3, "There is no such thing"),
            ("audio add /nowhere.mp3", FakeController.token, 6, "there is no file /nowhere.mp3"),
            ("broadcasts show", FakeController.token, 64, "Missing expected argument '<id>'"),
        ]
        for (line, token, status, words) in cases {
            let run = try await LoaProgram("\(line) --json", url: controller.url, token: token)
            #expect(run.status == status, "\(line): \(run.errors)")
            #expect(run.output.isEmpty)
            #expect(run.errors.contains(words), "\(line): \(run.errors)")
            #expect(!run.errors.contains(token ?? "geheim"))
        }
        let run = try await LoaProgram("nodes", url: "http://127.0.0.1:1")
        #expect(run.status == 4)
        #expect(run.errors.contains("the controller at http://127.0.0.1:1 cannot be reached"))
    }

    @Test func `a result that cannot be written is no success`() async throws {
        let controller = try await Sample.controller()
        let child = try ChildProcess(
            "/bin/sh", ["-c", "exec \(LoaProgram.path) nodes > /dev/full"],
            environment: LoaProgram.environment(url: controller.url, token: FakeController.token))
        try await child.line { $0.contains("the result could not be written") }
        #expect(await child.wait() == .exited(74))
    }

    @Test func `watching tells events, leaves out signs of life, and connects again`() async throws {
        func text(_ events: [LiveEvent]) throws -> String {
            try events.map { "event: \($0.kind)\ndata: \(String(decoding: try Wire.encode($0), as: UTF8.self))\n\n" }
                .joined()
        }
        let first = try text([try Sample.event(.alive, "watching"), try Sample.event(.node, "connected")])
        let second = try text([try Sample.event(.alive, "watching"), try Sample.event(.playback, "Bão số 3: finished")])
        let controller = try await Sample.controller([
            "GET \(Route.events)": [
                .events(": hello\n\nevent: later\ndata: {\"kind\":\"later\"}\n\n" + first), .events(second),
            ]
        ])
        let child = try ChildProcess(
            LoaProgram.path, ["watch"],
            environment: LoaProgram.environment(url: controller.url, token: FakeController.token))
        try await child.line { $0 == "05:00:00  node        cl-01  connected" }
        try await child.line { $0.contains("connecting again in 1 s") }
        try await child.line { $0 == "05:00:00  playback    cl-01  Bão số 3: finished" }
        await child.terminate()
        #expect(!child.output.contains("alive"))

        let json = try ChildProcess(
            LoaProgram.path, ["watch", "--json"],
            environment: LoaProgram.environment(url: controller.url, token: FakeController.token))
        let line = try await json.line { $0.contains("finished") }
        #expect(
            try Wire.decode(LiveEvent.self, from: Data(line.utf8))
                == (try Sample.event(.playback, "Bão số 3: finished")))
        await json.terminate()
    }

    @Test(arguments: [
        ("--class emergency", "LIVE", 0), ("--class emergency", "yes", 7), ("--class emergency", "DRILL", 7),
        ("--class emergency --drill", "DRILL", 0), ("--class emergency --drill", "LIVE", 7),
        ("--class emergency --yes", "", 0), ("--class normal", "", 0),
    ])
    func `at a terminal an emergency waits for its word`(options: String, word: String, status: Int32) async throws {
        let controller = try await Sample.controller()
        let line = "\(LoaProgram.path) broadcast \(Self.hash) --to commune.cam-giang \(options)"
        let terminal = try ChildProcess(
            "/bin/sh", ["-c", "printf '%s\\n' '\(word)' | script -qefc '\(line)' /dev/null"],
            environment: LoaProgram.environment(url: controller.url, token: FakeController.token))
        _ = try? await terminal.line(within: .seconds(60)) { _ in false }
        #expect(await terminal.wait() == .exited(status))
        let isSent = try controller.asked().contains { $0.route == "POST \(Route.broadcasts)" }
        #expect(isSent == (status == 0), "\(terminal.output)")
        let isAsked = terminal.output.contains("2 nodes")
        #expect(isAsked == !word.isEmpty)
        if isAsked {
            #expect(terminal.output.contains("commune.cam-giang"))
            #expect(terminal.output.contains("LIVE EMERGENCY") == !options.contains("drill"))
        }
    }
}
