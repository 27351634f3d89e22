import ArgumentParser
import Broadcasting
import ControllerAPI
import Testing

@testable import CommandLineClient

@Suite struct ArgumentTests {
    private let hash = String(repeating: "ab", count: 32)

    @Test(arguments: [
        ("audio add a.mp3", "AudioAddCommand"), ("audio list", "AudioListCommand"),
        ("audio list --limit 5 --json", "AudioListCommand"), ("broadcasts", "BroadcastsListCommand"),
        ("broadcasts --limit 3", "BroadcastsListCommand"), ("broadcasts show b1", "BroadcastsShowCommand"),
        ("broadcasts wait b1 --timeout 90s", "BroadcastsWaitCommand"),
        ("broadcasts cancel b1 --reason sai", "BroadcastsCancelCommand"),
        ("broadcast a.mp3 --to commune.x", "BroadcastCommand"), ("halt commune.x", "HaltSetCommand"),
        ("halt commune.x --with-emergencies", "HaltSetCommand"), ("halt lift commune.x", "HaltLiftCommand"),
        ("halt list", "HaltListCommand"), ("nodes", "NodesListCommand"), ("nodes --json", "NodesListCommand"),
        ("nodes add cl-01 --scopes commune.x", "NodesAddCommand"), ("nodes show cl-01", "NodesShowCommand"),
        ("watch", "WatchCommand"), ("watch --json --url http://h --token t", "WatchCommand"),
    ])
    func `each line is its command`(line: String, command: String) throws {
        let parsed = try LoaCommand.parseAsRoot(line.split(separator: " ").map(String.init))
        #expect("\(type(of: parsed))" == command)
    }

    @Test(arguments: [
        ("audio add", "Missing expected argument '<file>'"),
        ("audio list --limit 0", "--limit is at least 1"),
        ("broadcast a.mp3", "Missing expected argument '--to <scope> ...'"),
        ("broadcast --to commune.x a.mp3", "'a.mp3' is no scope: files come before --to"),
        (
            "broadcast a.mp3 --to xa.x",
            "'xa.x' is no scope: write KIND.NAME, the kind one of node, hamlet, commune, province, group, as commune.cam-giang"
        ),
        ("broadcast a.mp3 --to commune.x --class urgent", "'urgent' is no class: write normal, priority or emergency"),
        ("broadcast a.mp3 --to commune.x --expires 15", "'15' has no unit: write 15s, 15m, 15h or 15d"),
        ("broadcast a.mp3 --to commune.x --at 25:00", "'25:00' is no time of day: it goes from 00:00 to 23:59"),
        (
            "broadcast a.mp3 --to commune.x --repeat-every 30m",
            "--repeat-every and --until go together: give both or neither"
        ),
        (
            "broadcast a.mp3 --to commune.x --until 08:00",
            "--repeat-every and --until go together: give both or neither"
        ),
        ("broadcast a.mp3 --to commune.x --repeat-every 9s --until 08:00", "--repeat-every is at least 10s"),
        (
            "broadcast a.mp3 --to commune.x --over mute",
            "'mute' is neither interrupt nor duck nor duck:DB with -60 to 0, as duck:-12"
        ),
        (
            "broadcast a.mp3 --to commune.x --over duck:3",
            "'duck:3' is neither interrupt nor duck nor duck:DB with -60 to 0, as duck:-12"
        ),
        ("broadcasts wait ../etc", "'../etc' is no id of a broadcast: loa broadcasts lists them"),
        ("broadcasts cancel b1", "Missing expected argument '--reason <reason>'"),
        ("halt", "Missing expected argument '<scope>'"),
        ("halt lift cam-giang", "'cam-giang' is no scope"),
        (
            "nodes add cl/01 --scopes commune.x",
            "'cl/01' is no name of a node: 1 to 64 of A-Z a-z 0-9 - _, a letter or digit first"
        ),
        ("nodes add cl-01", "Missing expected argument '--scopes <scope> ...'"),
        ("frobnicate", "Unexpected argument 'frobnicate'"),
    ])
    func `a wrong line is told what is wrong`(line: String, words: String) {
        do {
            _ = try LoaCommand.parseAsRoot(line.split(separator: " ").map(String.init))
            Issue.record("it was accepted")
        } catch {
            #expect(LoaCommand.message(for: error).contains(words))
            #expect(LoaCommand.exitCode(for: error).rawValue == 64)
        }
    }

    @Test func `all that a broadcast line says is in the request`() throws {
        let options = try BroadcastOptions.parse([
            "--to", "commune.cam-giang", "node.cl-01", "--class", "priority", "--at", "17:05", "--expires", "15m",
            "--repeat-every", "1h", "--until", "08:00", "--over", "duck:-18", "--drill", "--title", "Tin chiều",
        ])
        let now = try #require(Timestamp("2026-11-21T09:00:00Z"))
        let audio = try #require(ContentHash(hash))
        let request = try options.request(audio: [audio], now: now, zone: try LocalZone("Asia/Ho_Chi_Minh"))
        var expected = BroadcastRequest(
            audio: [audio],
            scopes: [try #require(Scope("commune.cam-giang")), try #require(Scope("node.cl-01"))], class: .priority)
        expected.title = "Tin chiều"
        expected.at = Timestamp("2026-11-21T10:05:00Z")
        expected.expires = 900
        expected.repeat = .init(every: 3600, until: try #require(Timestamp("2026-11-22T01:00:00Z")))
        expected.over = .duck(decibels: -18)
        expected.drill = true
        #expect(request == expected)
    }

    @Test func `what a line leaves out is left to the controller`() throws {
        let options = try BroadcastOptions.parse(["--to", "commune.x"])
        let request = try options.request(
            audio: [], now: Timestamp(nanoseconds: 0), zone: try LocalZone("Asia/Ho_Chi_Minh"))
        let text = String(decoding: try Wire.encode(request), as: UTF8.self)
        #expect(text == #"{"audio":[],"class":"normal","scopes":["commune.x"]}"#)
    }

    @Test(arguments: [
        (
            ["--at", "20/11/2026 05:00"],
            "--at 20/11/2026 05:00:00 (Asia/Ho_Chi_Minh) is over: this machine's clock shows 21/11/2026 16:00:00"
        ),
        (
            ["--at", "22/11/2026 05:00", "--repeat-every", "1h", "--until", "22/11/2026 04:00"],
            "--until 22/11/2026 04:00:00 is not after the start, 22/11/2026 05:00:00 (Asia/Ho_Chi_Minh)"
        ),
    ])
    func `times that cannot be are refused before anything is sent`(arguments: [String], words: String) throws {
        let options = try BroadcastOptions.parse(["--to", "commune.x"] + arguments)
        let now = try #require(Timestamp("2026-11-21T09:00:00Z"))
        let zone = try LocalZone("Asia/Ho_Chi_Minh")
        #expect(failure { try options.request(audio: [], now: now, zone: zone) } == words)
    }

    @Test(arguments: [
        ("interrupt", Covering.interrupt), ("duck", .duck(decibels: -12)), ("duck:-6.5", .duck(decibels: -6.5)),
    ])
    func `covering is read`(text: String, covering: Covering) throws {
        #expect(try Arguments.covering(text) == covering)
    }

    @Test(arguments: ["", "audio add", "broadcast", "broadcasts wait", "halt", "halt lift", "nodes add", "watch"])
    func `every command explains itself`(line: String) throws {
        do {
            var command = try LoaCommand.parseAsRoot(line.split(separator: " ").map(String.init) + ["--help"])
            try command.run()
            Issue.record("no help")
        } catch {
            #expect(LoaCommand.exitCode(for: error) == .success)
            #expect(LoaCommand.fullMessage(for: error).contains("USAGE: loa \(line)"))
        }
    }
}
