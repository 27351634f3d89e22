import BroadcastTesting
import Broadcasting
import Foundation
import Testing

/// `loa rehearse`, which needs no controller.
@Suite struct RehearseProgramTests {
    /// What of a report the tests look at.
    private struct Report: Decodable {
        struct Cue: Decodable {
            struct Span: Decodable {
                var from: Timestamp
                var to: Timestamp
            }

            var cue: CueID
            var due: Timestamp
            var sounds: [Span]
            var outcome: PlaybackEvent.Kind?
            var reason: Reason?
            var by: CueID?
            var gain: Double?
        }

        var node: NodeID
        var from: Timestamp
        struct Recording: Decodable {
            var bytes: Int64
            var rate: Int
            var channels: Int
            var frames: Int64
            var peak: Double?
        }

        var quietHours: [NodeSettings.QuietHours]
        var cues: [Cue]
        var recording: Recording?
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "rehearse") }

    private func write(_ programmes: String, nodes: String = "cl-01: {scopes: [commune.a]}") throws -> String {
        try folder.write(
            """
            version: 1
            zone: Asia/Ho_Chi_Minh
            from: 2026-11-01
            nodes:
              \(nodes)
            scopes:
              commune.a:
                programmes:
            \(programmes)

            """, to: "xa.yaml")
    }

    private static let day = ["--from", "30/11/2026 00:00", "--to", "01/12/2026 00:00"]

    @Test func `a day is a table in local time, with what is refused and why`() async throws {
        let file = try write(
            """
                  sang: {title: Sáng, days: daily, times: "05:00", blocks: [{relay: {url: "http://a.example/", duration: 10m}}]}
                  dem: {title: Đêm, days: daily, times: "03:15", blocks: [{relay: {url: "http://a.example/", duration: 10m}}]}
                  tiep: {title: Tiếp, days: daily, times: "17:00", blocks: [{relay: {url: "http://a.example/", duration: 5m}}]}
            """)
        let run = try await LoaProgram("rehearse --node cl-01", [file] + Self.day)
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.output == """
                DUE                  SOUNDS             LENGTH  OUTCOME   CUE   TITLE    GAIN  REMARK
                30/11/2026 03:15:00  -                       -  refused   dem   Đêm            quietHours: only an emergency sounds in quiet hours
                30/11/2026 05:00:00  05:00:00-05:10:00     10m  finished  sang  Sáng   0.0 dB  10m of relay: silence in its place
                30/11/2026 17:00:00  17:00:00-17:05:00      5m  finished  tiep  Tiếp   0.0 dB  5m of relay: silence in its place

                """)
        #expect(run.errors.contains("note: no file gives quiet hours for cl-01"))
        #expect(run.errors.hasSuffix("cl-01: 3 due, 2 finished, 1 refused; 2 sound, for 15m\n"))
    }

    @Test func `one JSON value tells what interrupts what, and what sounded before and after`() async throws {
        let maker = try ChildProcess(
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "scripts/make-example-audio").path, [folder.file("audio")])
        #expect(await maker.wait() == .exited(0), "\(maker.errors)")
        let file = try write(
            """
                  sang: {title: Sáng, days: daily, times: "04:00", blocks: [{relay: {url: "http://a.example/", duration: 10m}}]}
            """, nodes: #"cl-01: {scopes: [commune.a], quietHours: ["22:00-03:00"]}"#)
        let plan = try folder.write(
            """
            version: 1
            zone: Asia/Ho_Chi_Minh
            from: 2026-09-01
            broadcasts:
              lu:
                {title: Lũ, to: [commune.a], class: emergency, audio: [audio/lu-khan-cap.mp3], every: 30m, for: 1h}

            """, to: "lu.yaml")
        let run = try await LoaProgram(
            "rehearse --node cl-01 --json --call lu@04:05", [file, plan, "--from", "30/11/2026 00:00"])
        let report = try run.json(Report.self)
        #expect(report.from == Timestamp("2026-11-30T00:00:00+07:00"))
        #expect(report.quietHours == [NodeSettings.QuietHours(from: "22:00", to: "03:00")])
        try #require(report.cues.map(\.cue.item) == ["sang", "lu-1", "lu-1"])
        #expect(report.cues.map(\.outcome) == [.finished, .finished, .finished])
        let call = try #require(Timestamp("2026-11-30T04:05:00+07:00"))
        try #require(report.cues[1].sounds.map(\.from) == [call])
        try #require(report.cues[0].sounds.count == 2)
        #expect(report.cues[0].sounds.map(\.from) == [report.cues[0].due, report.cues[1].sounds[0].to])
        #expect(report.cues[0].sounds[0].to == call)
        #expect(report.cues[0].by == report.cues[1].cue)
        #expect(report.cues[2].due == call.advanced(bySeconds: 1800))
    }

    @Test(arguments: ["flac", "wav"])
    func `the sound is written to a file, which has its name only once it is whole`(form: String) async throws {
        let workshop = try Workshop()
        try workshop.run("sox -n -r 44100 -c 1 a.wav synth 3 sine 440 gain -12 && lame --quiet a.wav a.mp3")
        let file = try write(
            """
                  sang: {title: Sáng, days: daily, times: "05:00", blocks: [{audio: \(workshop.path("a.mp3"))}]}
            """)
        let out = folder.file("day.\(form)")
        let hour = ["--from", "30/11/2026 04:59", "--to", "30/11/2026 05:01", "--out", out]
        let run = try await LoaProgram("rehearse --node cl-01 --json", [file] + hour)
        #expect(run.status == 0, "\(run.errors)")
        let recording = try #require(try run.json(Report.self).recording)
        #expect(recording.frames == 120 * 48_000)
        #expect(recording.rate == 48_000)
        #expect(recording.channels == 2)
        #expect((-20.0...(-1.0)).contains(try #require(recording.peak)))
        let size = try FileManager.default.attributesOfItem(atPath: out)[.size] as? Int64
        #expect(size == recording.bytes)
        #expect(!FileManager.default.fileExists(atPath: out + ".part"))
        // Silence to the frame, then three seconds of sound, and silence again.
        try workshop.run(
            """
            set -e
            test $(sox \(out) -n trim 0 60 stat 2>&1 | awk '/Maximum amplitude/ {print $3}') = 0.000000
            test $(sox \(out) -n trim 60 0.1 stat 2>&1 | awk '/Maximum amplitude/ {print $3}') != 0.000000
            test $(sox \(out) -n trim 62.8 0.1 stat 2>&1 | awk '/Maximum amplitude/ {print $3}') != 0.000000
            test $(sox \(out) -n trim 64 stat 2>&1 | awk '/Maximum amplitude/ {print $3}') = 0.000000
            """)
        let nowhere = try await LoaProgram(
            "rehearse --node cl-01", [file, "--out", folder.file("none/day.\(form)")])
        #expect(nowhere.status == 6)
        #expect(nowhere.errors.contains("cannot be written (open: "))
    }

    @Test func `sound needs a name that says its form, and audio that is here`() async throws {
        let library = String(repeating: "ab", count: 32)
        let file = try write(
            """
                  sang: {title: Sáng, days: daily, times: "05:00", blocks: [{audio: "sha256:\(library)"}]}
            """)
        let form = try await LoaProgram("rehearse --node cl-01 --out day.mp3", [file])
        #expect(form.status == 64)
        #expect(form.errors.contains("give --out a name that ends in .flac or .wav"))
        let away = try await LoaProgram("rehearse --node cl-01", [file, "--out", folder.file("day.flac")])
        #expect(away.status == 6)
        #expect(away.errors.contains("these are in a library only: "))
        #expect(try await LoaProgram("rehearse --node cl-01", [file]).status == 0)
    }

    @Test func `the settings that a controller shows take the place of what the file says`() async throws {
        let file = try write(
            """
                  sang: {title: Sáng, days: daily, times: ["05:00", "05:30", "06:00"], volume: 3, blocks: [{relay: {url: "http://a.example/", duration: 10m}}]}
            """)
        let settings = try folder.write(
            #"{"id": "cl-01", "settings": {"scopes": ["commune.a"], "timeZone": "Asia/Ho_Chi_Minh", "trustedKeys": [], "volumes": {"ceiling": -3}, "limits": {"week": {"sessions": 2}}}}"#,
            to: "cl-01.json")
        // A Monday: the week's sessions are those of this day.
        let run = try await LoaProgram("rehearse --node cl-01 --json", [file, "--settings", settings] + Self.day)
        let report = try run.json(Report.self)
        try #require(report.cues.map(\.outcome) == [.finished, .finished, .refused])
        #expect(report.cues.map(\.gain) == [-3, -3, nil])
        #expect(report.cues[2].reason?.code == .useLimit)
        // The same week's Tuesday has none left.
        let next = try await LoaProgram(
            "rehearse --node cl-01 --json", [file, "--settings", settings, "--from", "01/12/2026 00:00"])
        #expect(try next.json(Report.self).cues.map(\.outcome) == [.refused, .refused, .refused])
        let other = try await LoaProgram("rehearse --node cl-02", [file, "--settings", settings])
        #expect(other.status == 64)
        #expect(other.errors.contains("holds the settings of cl-01, not of cl-02"))
    }

    @Test func `what cannot be rehearsed is refused with what to do`() async throws {
        let file = try write(
            """
                  sang: {title: Sáng, days: daily, times: "05:00", blocks: [{relay: {url: "http://a.example/", duration: 10m}}]}
            """)
        let unknown = try await LoaProgram("rehearse --node cl-09", [file])
        #expect(unknown.status == 64)
        #expect(
            unknown.errors.contains("has no node cl-09: give its scopes under nodes, or with --scopes; there is cl-01"))
        #expect(
            try await LoaProgram(
                "rehearse", [file] + "--node cl-09 --scopes commune.a".split(separator: " ").map(String.init)
            ).status == 0)
        let call = try await LoaProgram("rehearse --node cl-01 --call lu@05:00", [file])
        #expect(call.status == 64)
        #expect(call.errors.contains("no broadcast 'lu' is drawn up in the files; none is"))
        #expect(try await LoaProgram("rehearse --node cl-01 --call lu", [file]).errors.contains("write NAME@TIME"))
        let backwards = try await LoaProgram(
            "rehearse --node cl-01", [file, "--from", "02/12/2026 00:00", "--to", "01/12/2026 00:00"])
        #expect(backwards.status == 64)
        #expect(backwards.errors.contains("--to 01/12/2026 00:00:00 is not after --from 02/12/2026 00:00:00"))
        #expect(try await LoaProgram("rehearse --node cl-01", [file, "--to", "01/12/2099 00:00"]).status == 64)
        #expect(try await LoaProgram("rehearse --node cl-01", [folder.file("none.yaml")]).status == 6)
        let wrong = try folder.write("version: 1\nzone: Asia/Nowhere\nfrom: 2026-11-23\n", to: "wrong.yaml")
        #expect(try await LoaProgram("rehearse --node cl-01", [wrong]).errors.contains("\(wrong):2:"))
    }
}
