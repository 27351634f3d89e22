import BroadcastTesting
import Broadcasting
import ControllerAPI
import Foundation
import Testing
import Timetabling

/// `loa schedule` with the controller's own program behind it.
@Suite struct ScheduleProgramTests {
    /// A folder with the example schedules and their audio.
    private struct Desk {
        let folder: TemporaryFolder

        init() async throws {
            folder = try TemporaryFolder(prefix: "schedules")
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            for name in ["commune", "city-ward", "flood-plan"] {
                let text = try String(contentsOf: root.appending(path: "schedules/\(name).yaml"), encoding: .utf8)
                _ = try folder.write(text, to: "\(name).yaml")
            }
            let maker = try ChildProcess(
                root.appending(path: "scripts/make-example-audio").path, [folder.file("audio")])
            let end = await maker.wait()
            try #require(end == .exited(0), "\(maker.errors)")
        }

        func file(_ name: String) -> String { folder.file("\(name).yaml") }

        func write(_ programmes: String, to name: String) throws -> String {
            try folder.write(
                """
                version: 1
                zone: Asia/Ho_Chi_Minh
                from: 2026-11-23
                nodes:
                  cl-01: {scopes: [commune.cam-giang, hamlet.an-thai]}
                scopes:
                \(programmes)

                """, to: "\(name).yaml")
        }
    }

    @Test func `a file is checked without a network, with all its faults or clashes`() async throws {
        let desk = try await Desk()
        for name in ["commune", "city-ward", "flood-plan"] {
            let run = try await LoaProgram("schedule check", [desk.file(name)])
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.hasSuffix("no fault\n"))
        }
        let wrong = try desk.write(
            """
              commune.cam-giang:
                programmes:
                  sang: {title: Sáng, days: mon-son, times: "05:00", blocks: [{audio: audio/none.mp3}]}
                  chieu: {title: Chiều, days: daily, times: "25:00", blocks: [{pause: 5s}]}
            """, to: "wrong")
        let faults = try await LoaProgram("schedule check", [wrong])
        #expect(faults.status == 6)
        #expect(faults.output.isEmpty)
        #expect(faults.errors.contains("\(wrong):9:"))
        #expect(faults.errors.contains("scopes.commune.cam-giang.programmes.sang.days: 'mon-son' is not days"))
        #expect(faults.errors.contains("\(wrong):10:"))
        #expect(
            faults.errors.contains(
                "\(wrong):9:75: scopes.commune.cam-giang.programmes.sang.blocks[0].audio: there is no file"))
        let clashing = try desk.write(
            """
              commune.cam-giang:
                programmes:
                  sang: {title: Sáng, days: daily, times: "05:00", blocks: [{pause: 10m}]}
              hamlet.an-thai:
                programmes:
                  thon: {title: Thôn, days: wed, times: "05:05", blocks: [{pause: 10m}]}
            """, to: "clash")
        let clash = try await LoaProgram("schedule check", [clashing, "--from", "23/11/2026 00:00"])
        #expect(clash.status == 1)
        #expect(clash.errors.contains("note: sang has pauses alone: nothing of it sounds"))
        #expect(
            clash.output.contains(
                "clash: sang (Sáng) of commune.cam-giang, 25/11/2026 05:00:00 to 05:10:00, and thon (Thôn) of hamlet.an-thai, 25/11/2026 05:05:00 to 05:15:00; 52 times within a year; at cl-01\n"
            ), "\(clash.output)")
    }

    @Test func `a file is expanded, exported and imported without a network`() async throws {
        let desk = try await Desk()
        let week = ["--from", "30/11/2026 00:00", "--to", "01/12/2026 00:00"]
        let due = try await LoaProgram("schedule expand --node cl-01 --json", [desk.file("commune")] + week)
        let occurrences = try due.json(List<ScheduledOccurrence>.self).items
        #expect(occurrences.map { $0.localStart.suffix(8).prefix(5) } == ["05:00", "06:30", "11:30", "17:00", "18:30"])
        let table = try await LoaProgram("schedule expand --scope group.pa-co", [desk.file("commune")] + week)
        #expect(table.output.split(separator: "\n").count == 2)
        #expect(table.output.contains("30/11/2026 17:50:00"))
        let exported = try await LoaProgram("schedule export --ics --scope commune.cam-giang", [desk.file("commune")])
        #expect(exported.status == 0)
        #expect(exported.output.hasPrefix("BEGIN:VCALENDAR\r\n"))
        #expect(exported.output.hasSuffix("END:VCALENDAR\r\n"))
        let ics = try desk.folder.write(exported.output, to: "xa.ics")
        let imported = try await LoaProgram("schedule import --scope commune.cam-giang", [ics])
        #expect(imported.status == 0, "\(imported.errors)")
        let again = try desk.folder.write(imported.output, to: "again.yaml")
        let expanded = try await LoaProgram("schedule expand --json", [again] + week)
        #expect(try expanded.json(List<ScheduledOccurrence>.self).items.map(\.start) == occurrences.map(\.start))
        #expect(try await LoaProgram("schedule import --scope commune.cam-giang", [again]).status == 6)
    }

    @Test func `a schedule is applied once, shown, changed and called on`() async throws {
        let desk = try await Desk()
        let controller = try await RealController()
        let scopes = "commune.cam-giang,hamlet.a-roang,group.pa-co,hamlet.an-thai".split(separator: ",").map(
            String.init)
        #expect(try await controller.loa("nodes add cl-01 --scopes", scopes).status == 0)

        let early = try await controller.loa("schedule apply --yes", [desk.file("city-ward")])
        #expect(early.status == 6)
        #expect(early.errors.contains("no node obeys commune.hang-trong"))
        #expect(try await controller.loa("audio list --json").json(List<AudioItem>.self).items.isEmpty)

        let dry = try await controller.loa("schedule apply --dry-run", [desk.file("commune")])
        #expect(dry.status == 0, "\(dry.errors)")
        #expect(dry.errors.contains("upload audio/nhac-hieu.mp3\n"))
        #expect(
            dry.errors.contains(
                "  + buoi-phat  Buổi phát sáng và chiều  mon-sat 05:00, 17:00\n"))
        #expect(try await controller.loa("schedule show --json").json(List<ScheduleItem>.self).items.isEmpty)

        let first = try await controller.loa("schedule apply --yes", [desk.file("commune")])
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("commune.cam-giang: version 1, 3 programmes\n"))
        let second = try await controller.loa("schedule apply --yes", [desk.file("commune")])
        #expect(second.errors == "Nothing changes.\n")
        let list = try await controller.loa("audio list --json").json(List<AudioItem>.self)
        #expect(list.items.count == 7)

        let text = try String(contentsOfFile: desk.file("commune"), encoding: .utf8)
            .replacing("      hop-thon:", with: "      hop-lang:").replacing("slot: 45m", with: "slot: 40m")
        let changed = try await controller.loa(
            "schedule apply --json", [try desk.folder.write(text, to: "changed.yaml")])
        #expect(
            changed.errors
                == "commune.cam-giang\n  - hop-thon  Mời họp thôn chủ nhật đầu tháng\n  + hop-lang  Mời họp thôn chủ nhật đầu tháng  FREQ=MONTHLY;BYDAY=1SU 07:00\n  ~ buoi-phat  slot\n"
        )
        #expect(try changed.json(List<ScheduleItem>.self).items.map(\.version) == [2])

        // What would clash with what is in force is told before anything changes.
        let beside = try desk.write(
            """
              hamlet.an-thai:
                programmes:
                  thon: {title: Thôn, days: wed, times: ["05:05", "05:10"], blocks: [{pause: 10m}]}
            """, to: "beside")
        let warned = try await controller.loa("schedule apply --dry-run", [beside])
        #expect(warned.status == 0)
        #expect(warned.errors.contains("clash: buoi-phat ("), "\(warned.errors)")
        #expect(warned.errors.contains("note: thon takes 10m and is due again after 5m, as at 25/11/2026 05:10:00: "))

        let shown = try await controller.loa("schedule show --scope commune.cam-giang")
        #expect(shown.output.contains("hop-lang"))
        #expect(shown.output.contains("version 2, "))
        #expect(shown.output.contains(", by first\n"))
        let due = try await controller.loa(
            "schedule expand --node cl-01 --json", ["--from", "30/11/2026 00:00", "--to", "01/12/2026 00:00"])
        #expect(try due.json(List<ScheduledOccurrence>.self).items.count == 6)
        let ics = try await controller.loa("schedule export --ics")
        #expect(ics.output.contains("SUMMARY:Bản tin tiếng Pa Cô\r\n"))
        #expect(try await controller.loa("schedule log").output.split(separator: "\n").count == 1)

        let call = try await controller.loa("schedule call --json --for 6h", [desk.file("flood-plan"), "lu-khan-cap"])
        #expect(call.status == 0, "\(call.errors)")
        let broadcast = try call.json(BroadcastItem.self).broadcast
        #expect(broadcast.class == .emergency)
        #expect(broadcast.title == "Lũ khẩn cấp, di dời ngay")
        #expect(broadcast.repeat?.every == 1800)
        #expect(broadcast.chime != nil)
        #expect(!broadcast.drill)
        let drill = try await controller.loa("schedule call --json", [desk.file("flood-plan"), "dien-tap"])
        #expect(try drill.json(BroadcastItem.self).broadcast.drill)
        // A piece of another broadcast that is lost keeps no warning from sounding.
        try FileManager.default.removeItem(atPath: desk.folder.file("audio/bao-yen.mp3"))
        #expect(try await controller.loa("schedule call", [desk.file("flood-plan"), "lu-khan-cap"]).status == 0)
        #expect(try await controller.loa("schedule call", [desk.file("flood-plan"), "bao-yen"]).status == 6)
        let unknown = try await controller.loa("schedule call", [desk.file("flood-plan"), "lu"])
        #expect(unknown.status == 64)
        #expect(unknown.errors.contains("  lu-khan-cap  Lũ khẩn cấp, di dời ngay\n"))
    }

    @Test func `a node is told its quiet hours, volumes and limits`() async throws {
        let controller = try await RealController()
        #expect(try await controller.loa("nodes add ht-01 --scopes commune.hang-trong").status == 0)
        let first = try await controller.loa(
            "nodes set ht-01 --quiet-hours 20:00-06:30 --session 15m --day-sessions 2 --days weekdays --volume -3 --json"
        )
        #expect(first.status == 0, "\(first.errors)")
        let settings = try first.json(NodeItem.self).settings
        #expect(settings.quietHours == [NodeSettings.QuietHours(from: "20:00", to: "06:30")])
        #expect(settings.limits.sessionDuration == 900)
        #expect(settings.limits.day == UseLimit(sessions: 2))
        #expect(settings.limits.days == [.monday, .tuesday, .wednesday, .thursday, .friday])
        #expect(settings.limits.maximumDuration == 7200)
        #expect(settings.volumes.normal == -3)
        let second = try await controller.loa(
            "nodes set ht-01 --quiet-hours none --session none --week-time 3h --days daily --night 20:00-06:00 --night-volume -12"
        )
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.output.contains("-3.0 dB; 20:00-06:00 -12.0 dB"))
        #expect(second.output.contains("2 sessions a day, 3h a week"))
        for (line, words) in [
            ("", "nothing is to change"), ("--night 20:00-06", "no range of hours"), ("--days montag", "mon-sat"),
            ("--day-sessions two", "write a number"), ("--volume 99", "field: volumes.normal"),
        ] {
            let run = try await controller.loa("nodes set ht-01 \(line)")
            #expect(run.status != 0)
            #expect(run.errors.contains(words), "\(run.errors)")
        }
    }

    @Test func `what became of programmes is a table`() async throws {
        var playback = ProgrammePlayback(
            node: try Sample.node().id, programme: try #require(ProgrammeID(rawValue: "buoi-phat")),
            localStart: "2026-11-22T05:00:00", fold: 0, course: PlaybackCourse(state: .finished, final: true))
        playback.title = "Buổi sáng"
        playback.due = try Sample.time()
        playback.framesHeard = 441_000
        playback.rate = 44_100
        playback.startError = 0.0004
        let controller = try await Sample.controller([
            "GET \(Route.programmePlaybacks)": [.json(200, try Wire.encode(List([playback])))]
        ])
        let run = try await LoaProgram(
            "schedule log --node cl-01 --programme buoi-phat --limit 5", url: controller.url)
        #expect(
            run.output == """
                DUE                  NODE   PROGRAMME  TITLE      STATE     HEARD    LATE  REASON
                22/11/2026 05:00:00  cl-01  buoi-phat  Buổi sáng  finished    10s  0.4 ms

                """)
        #expect(try controller.asked().last?.query == "node=cl-01&programme=buoi-phat&limit=5")
    }
}
