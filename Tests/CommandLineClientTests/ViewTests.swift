import Broadcasting
import ControllerAPI
import Testing

@testable import CommandLineClient

@Suite struct ViewTests {
    private let start = "2026-11-21T22:00:00Z"

    private func broadcast() throws -> Broadcast {
        let start = try #require(Timestamp(start))
        let audio = AudioReference(
            sha256: try #require(ContentHash(String(repeating: "ab", count: 32))), bytes: 1000, duration: 65, gain: -2)
        var broadcast = Broadcast(
            id: try #require(BroadcastID(rawValue: "b1")), class: .emergency, title: "Bão số 3", audio: [audio],
            start: start, expires: start.advanced(bySeconds: 3600))
        broadcast.drill = true
        return broadcast
    }

    private func report(_ playbacks: [Playback]) throws -> BroadcastReport {
        let broadcast = try broadcast()
        return BroadcastReport(
            item: BroadcastItem(
                broadcast: broadcast, scopes: [try #require(Scope("commune.cam-giang"))], createdAt: broadcast.start,
                progress: .init(nodes: 3, states: ["finished": 1, "failed": 1, "waiting": 1], settled: false)),
            playbacks: playbacks)
    }

    @Test func `a report shows per node what was heard, when, and why not`() throws {
        let id = try broadcast().id
        let start = try #require(Timestamp(start))
        var heard = Playback(
            node: try #require(NodeID(rawValue: "cl-01")), broadcast: id, occurrence: 0, state: .finished)
        heard.startedAt = start.advanced(bySeconds: 0.012)
        heard.startError = 0.0123
        heard.framesDue = 3_120_000
        heard.framesHeard = 3_120_000
        var part = Playback(node: try #require(NodeID(rawValue: "cl-02")), broadcast: id, occurrence: 0, state: .failed)
        part.startError = -0.0004
        part.startedAt = start
        part.framesDue = 3_120_000
        part.framesHeard = 3_119_999
        part.reason = Reason(.deviceLost, "the card went away")
        part.clockTrusted = false
        let nothing = Playback(
            node: try #require(NodeID(rawValue: "cl-03")), broadcast: id, occurrence: 0, state: .waiting)
        let lines = BroadcastView.lines(
            try report([heard, part, nothing]), zone: try LocalZone("Asia/Ho_Chi_Minh"), width: nil)
        #expect(
            lines == [
                "broadcast          b1",
                "title              Bão số 3",
                "class              emergency, drill",
                "scopes             commune.cam-giang",
                "start              22/11/2026 05:00:00 Asia/Ho_Chi_Minh",
                "not started after  22/11/2026 06:00:00",
                "length             1:05",
                "nodes              3: 1 failed, 1 finished, 1 waiting",
                "",
                "NODE   STATE     STARTED              START ERROR  FRAMES HEARD  FRAMES DUE  HEARD  REASON",
                "cl-01  finished  22/11/2026 05:00:00     +12.3 ms       3120000     3120000   100%",
                "cl-02  failed    22/11/2026 05:00:00      -0.4 ms       3119999     3120000  99.9%  deviceLost: the card went away; clock not trusted",
                "cl-03  waiting   -                              -             -           -      -",
            ])
    }

    @Test func `a repeated broadcast shows which occurrence a line is of`() throws {
        let id = try broadcast().id
        let node = try #require(NodeID(rawValue: "cl-01"))
        var first = Playback(node: node, broadcast: id, occurrence: 0, state: .finished)
        first.due = Timestamp(start)
        let second = Playback(node: node, broadcast: id, occurrence: 1, state: .waiting)
        let table = BroadcastView.table([first, second], zone: try LocalZone("Asia/Ho_Chi_Minh")).lines()
        #expect(table[0].hasPrefix("DUE                  NODE"))
        #expect(table[1].hasPrefix("22/11/2026 05:00:00  cl-01"))
        #expect(table[2].hasPrefix("#2                   cl-01"))
    }

    @Test func `nodes show what plays, volume, clock and last word`() throws {
        let now = try #require(Timestamp(start))
        let settings = NodeSettings(scopes: [], timeZone: "Asia/Ho_Chi_Minh", contentAddresses: [], trustedKeys: [])
        let id = try #require(NodeID(rawValue: "cl-01"))
        var node = NodeItem(id: id, settings: settings, addedAt: now, state: .playing)
        node.settings.title = "Thôn Cẩm Giàng"
        node.lastHeard = now.advanced(bySeconds: -5)
        node.halted = [try #require(Scope("group.cho"))]
        node.health = Health(
            node: id, at: now, version: "0.1.0", uptime: 3600,
            playing: [.init(cue: CueID(broadcast: try broadcast().id, number: 0), title: "Bão số 3", state: "playing")],
            volume: -6,
            device: .init(
                name: "default", state: "playing", rate: 48_000, format: "S16", channels: 2, xruns: 1, canRewind: true),
            clock: .init(trusted: true, synchronised: true, estimatedError: 0.0021), documents: [:],
            content: .init(held: 3, missing: 0), journalDepth: 2,
            storage: .init(free: 5_000_000_000, total: 8_000_000_000),
            memory: 21_000_000, halted: true, faults: [.init(part: "content", text: "1 file missing")])
        let other = NodeItem(id: try #require(NodeID(rawValue: "cl-02")), settings: settings, addedAt: now, state: .new)
        let zone = try LocalZone("Asia/Ho_Chi_Minh")
        #expect(
            NodeView.table([node, other], zone: zone, now: now).lines() == [
                "NODE   TITLE           STATE    PLAYING    VOLUME  CLOCK    LAST SEEN  LOOK AT",
                "cl-01  Thôn Cẩm Giàng  playing  Bão số 3  -6.0 dB  ±2.1 ms  04:59:55   halted: group.cho; content: 1 file missing",
                "cl-02                  new                      -  -        never",
            ])
        let lines = NodeView.lines(node, zone: zone)
        #expect(lines.contains("last seen      22/11/2026 04:59:55 Asia/Ho_Chi_Minh"))
        #expect(lines.contains("FAULT          content: 1 file missing"))
        #expect(lines.contains("storage        5.0 GB free of 8.0 GB"))
        #expect(lines.contains("device         default, playing, 48000 Hz, 2 channels, S16, 1 xruns"))
        #expect(lines.contains("levels         -"))
        node.health?.device.canRewind = false
        node.health?.device.suspensions = 2
        node.health?.device.cardVolume = -12
        node.health?.device.levels = .init(peak: -1, rms: -18.25, loudness: -16)
        let others = NodeView.lines(node, zone: zone)
        #expect(
            others.contains {
                $0.hasSuffix(
                    "S16, 1 xruns, 2 suspensions, card at -12.0 dB, SHORT BUFFER: it cannot take sound back")
            })
        #expect(others.contains("levels         peak -1.0 dBFS, RMS -18.3 dBFS, -16.0 LUFS over the last 3 s"))
    }

    @Test func `an event is one line, whatever its text holds`() throws {
        var event = LiveEvent(.playback, at: try #require(Timestamp(start)), text: "finished:\nall \u{1B}[1mheard")
        event.node = NodeID(rawValue: "cl-01")
        event.broadcast = BroadcastID(rawValue: "b1")
        let line = EventView.line(event, zone: try LocalZone("Asia/Ho_Chi_Minh"))
        #expect(line == "05:00:00  playback    cl-01  b1  finished: all \u{FFFD}[1mheard")
    }
}
