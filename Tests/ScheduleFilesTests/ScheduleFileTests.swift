import Broadcasting
import Crypto
import ScheduleFiles
import Scheduling
import Testing
import ZoneReading

@Suite struct ScheduleFileTests {
    private static func file(_ programme: String, calendars: String = "{}") -> String {
        """
        version: 1
        zone: Asia/Ho_Chi_Minh
        from: 2026-11-23
        calendars: \(calendars)
        scopes:
          commune.cam-giang:
            programmes:
              sang: {title: Sáng, blocks: [{pause: 5s}], \(programme)}
        """
    }

    private static func start(_ programme: String, calendars: String = "{}") throws -> Programme.Start {
        let reading = Example.read(file(programme, calendars: calendars))
        #expect(reading.problems.isEmpty)
        let scope = try #require(Scope("commune.cam-giang"))
        return try #require(reading.file.schedules[scope]?.first?.outline.start)
    }

    @Test(arguments: Example.names)
    func `the examples have no fault`(name: String) throws {
        #expect(Example.read(try Example.text(name)).problems.map(\.description) == [])
    }

    @Test func `the commune has 52 nodes in seven hamlets, and a programme for each of its needs`() throws {
        let file = Example.read(try Example.text("commune")).file
        #expect(file.nodes.count == 52)
        #expect(Set(file.nodes.values.flatMap(\.scopes).filter { $0.kind == .hamlet }).count == 7)
        let scope = try #require(Scope("commune.cam-giang"))
        let commune = try #require(file.schedules[scope])
        #expect(commune.map(\.outline.id.rawValue) == ["buoi-phat", "kiem-tra", "hop-thon"])
        let main = try #require(commune.first).outline
        #expect(main.start.local == "2026-11-23T05:00:00")
        #expect(
            main.start.rrule == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA;BYHOUR=5,17;BYMINUTE=0;BYSECOND=0")
        // New Year's day 2027 is a Friday, twice; 5 to 9 February has a Sunday; 16 and 30 April, 1 May, 2 September.
        #expect(main.start.exdate?.count == 18)
        #expect(main.slot == 2700)
        #expect(main.languages == ["vi"])
    }

    @Test func `documents name audio by hash, with a manifest, and leave out what is not known`() throws {
        let file = Example.read(try Example.text("commune")).file
        var audio: [AudioName: AudioReference] = [:]
        for name in file.audio {
            audio[name] = AudioReference(
                sha256: ContentHash(SHA256.hash(data: Array(name.description.utf8))), bytes: 1, duration: 5, gain: 0)
        }
        let scope = try #require(Scope("commune.cam-giang"))
        let document = try #require(file.documents(audio: audio)[scope])
        #expect(document.programmes.count == 3)
        #expect(document.manifest.count == 5)
        #expect(document.programmes[0].duration == 1522)
        audio[.file("audio/hop-thon.mp3")] = nil
        #expect(file.documents(audio: audio)[scope]?.programmes.count == 2)
    }

    @Test(
        arguments: [
            ("days: daily, times: '05:00'", "2026-11-23T05:00:00", "FREQ=DAILY"),
            ("days: 'sat,sun', times: '05:00'", "2026-11-28T05:00:00", "FREQ=WEEKLY;BYDAY=SA,SU"),
            ("days: [fri, mon], times: '05:00'", "2026-11-23T05:00:00", "FREQ=WEEKLY;BYDAY=MO,FR"),
            ("days: fri-mon, times: '05:00'", "2026-11-23T05:00:00", "FREQ=WEEKLY;BYDAY=MO,FR,SA,SU"),
            (
                "days: daily, times: ['17:30', '05:00']", "2026-11-23T05:00:00",
                "FREQ=DAILY;BYHOUR=5;BYMINUTE=0;BYSECOND=0\nFREQ=DAILY;BYHOUR=17;BYMINUTE=30;BYSECOND=0"
            ),
            (
                "days: daily, times: ['05:00', '17:00'], until: 2026-12-31", "2026-11-23T05:00:00",
                "FREQ=DAILY;BYHOUR=5,17;BYMINUTE=0;BYSECOND=0;UNTIL=20261231T165959Z"
            ),
            (
                "rrule: 'FREQ=MONTHLY;BYMONTHDAY=31', times: '05:00'", "2026-12-31T05:00:00",
                "FREQ=MONTHLY;BYMONTHDAY=31"
            ),
            ("days: mon, times: '05:00', from: 2026-12-01", "2026-12-07T05:00:00", "FREQ=WEEKLY;BYDAY=MO"),
        ])
    func `days and times become a start and rules`(programme: String, local: String, rule: String) throws {
        let start = try Self.start(programme)
        #expect(start.local == local)
        #expect(start.rrule == rule)
        #expect(start.zone == "Asia/Ho_Chi_Minh")
    }

    @Test func `dates become a start and further dates, without the exceptions`() throws {
        let start = try Self.start(
            "dates: [2026-12-05, 2026-11-28, 2026-12-12], times: ['06:00', '18:00'], except: [2026-12-05]")
        #expect(start.local == "2026-11-28T06:00:00")
        #expect(start.rrule == nil)
        #expect(start.rdate == ["2026-11-28T18:00:00", "2026-12-12T06:00:00", "2026-12-12T18:00:00"])
    }

    @Test func `exceptions take out each occurrence of their days, and no other`() throws {
        let start = try Self.start(
            "days: mon-fri, times: ['05:00', '17:30'], except: [tang, 2026-12-25]",
            calendars: "{tang: [2026-12-05..2026-12-07]}")
        #expect(
            start.exdate == [
                "2026-12-07T05:00:00", "2026-12-07T17:30:00", "2026-12-25T05:00:00", "2026-12-25T17:30:00",
            ])
        let hourly = try Self.start("rrule: 'FREQ=HOURLY;INTERVAL=6', times: '01:00', except: [2026-11-24]")
        #expect(hourly.exdate?.map { $0.suffix(8) } == ["01:00:00", "07:00:00", "13:00:00", "19:00:00"])
    }

    @Test(
        arguments: [
            ("days: someday, times: '05:00'", "days", "mon-sat"),
            ("days: daily, times: 05:00:60", "times", "00:00 to 23:59"),
            ("days: daily, times: [0500]", "times[0]", "in quotes"),
            ("days: daily, times: '05:00', tmies: 1", "tmies", "did you mean times?"),
            ("days: daily, times: '05:00', class: loud", "class", "normal, priority, emergency"),
            ("days: daily, times: '05:00', volume: 30", "volume", "-60 to 20"),
            ("days: daily, times: '05:00', grace: 5", "grace", "90s, 15m"),
            ("days: daily, times: '05:00', slot: 2d", "slot", "1s to 1d"),
            ("days: daily, times: '05:00', priority: 230", "priority", "emergency"),
            ("days: daily, times: '05:00', except: [tet]", "except[0]", "no calendar 'tet'"),
            ("days: daily, times: '05:00', except: [2026-02-30]", "except[0]", "no 2026-02-30"),
            ("days: daily, times: '05:00', until: 2026-01-01", "until", "before the first day"),
            ("times: '05:00'", "", "give one of days, dates, rrule"),
            ("days: daily, dates: [2026-11-28], times: '05:00'", "", "in 2 ways"),
            ("rrule: 'FREQ=DAILY;BYHOUR=25', times: '05:00'", "rrule", "BYHOUR"),
            ("rrule: 'FREQ=DAILY;COUNT=3', until: 2026-12-31, times: '05:00'", "rrule", "leave out until"),
            ("rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', times: '05:00'", "rrule", "never due"),
            ("dates: [2026-11-28], except: [2026-11-28], times: '05:00'", "dates", "never due"),
        ])
    func `what cannot stand is named with its place and what is allowed`(
        programme: String, field: String, words: String
    ) throws {
        let problems = Example.read(Self.file(programme)).problems
        #expect(problems.count == 1)
        let problem = try #require(problems.first)
        let path = "scopes.commune.cam-giang.programmes.sang"
        #expect(problem.field == (field.isEmpty ? path : "\(path).\(field)"))
        #expect(problem.description.contains(words), "\(problem)")
        #expect(problem.line == 8)
        #expect(problem.column > 8)
    }

    @Test func `all problems come at once, in the order of the file`() {
        let text = """
            version: 2
            zone: Asia/Nowhere
            scopes:
              village.x: {programmes: {}}
              hamlet.a:
                programmes:
                  "a b": {title: "", times: "5:00", blocks: []}
                  c: {title: c, days: daily, times: "05:00", blocks: [{audio: a.wav}, {pause: 1s, chime: a.mp3}]}
              hamlet.b:
                programmes:
                  c: {title: c, days: daily, times: "05:00", blocks: [{relay: {url: "ftp://x"}}]}
            broadcasts:
              lu: {title: Lũ, to: [], audio: [lu.mp3], for: 1h}
            """
        let problems = Example.read(text).problems
        #expect(problems == problems.sorted())
        #expect(
            problems.map { "\($0.line) \($0.field)" } == [
                "1 from", "1 version", "2 zone", "4 scopes.village.x",
                "7 scopes.hamlet.a.programmes.a b", "7 scopes.hamlet.a.programmes.a b",
                "7 scopes.hamlet.a.programmes.a b.title", "7 scopes.hamlet.a.programmes.a b.times",
                "7 scopes.hamlet.a.programmes.a b.blocks", "8 scopes.hamlet.a.programmes.c.blocks[0].audio",
                "8 scopes.hamlet.a.programmes.c.blocks[1]", "11 scopes.hamlet.b.programmes.c",
                "11 scopes.hamlet.b.programmes.c.blocks[0].relay.duration",
                "11 scopes.hamlet.b.programmes.c.blocks[0].relay.url", "13 broadcasts.lu.class", "13 broadcasts.lu.to",
                "13 broadcasts.lu.for",
            ])
    }

    @Test func `broadcasts are drawn up with their class, for as long as a flood may last`() throws {
        let file = Example.read(try Example.text("flood-plan")).file
        #expect(file.schedules.isEmpty)
        #expect(file.broadcasts.map(\.name) == ["bao-gan-bo", "lu-khan-cap", "bao-yen", "dien-tap"])
        let flood = file.broadcasts[1]
        #expect(flood.class == .emergency)
        #expect(flood.every == 1800)
        #expect(flood.lasting == 31 * 86_400)
        #expect(flood.chime == .file("audio/coi-bao-dong.mp3"))
        #expect(file.broadcasts.map(\.drill) == [false, false, false, true])
        #expect(file.audio.count == 6)
    }

    @Test(arguments: ["", "class: loud, ", "class: normal, "])
    func `a broadcast does not sound at night unless somebody has written that it may`(field: String) throws {
        let reading = Example.read(
            """
            version: 1
            zone: Asia/Ho_Chi_Minh
            from: 2026-11-23
            broadcasts:
              tin: {title: Tin, to: [hamlet.a], \(field)audio: [tin.mp3]}
            """)
        #expect(reading.file.broadcasts.map(\.class) == [.normal])
        #expect(reading.problems.map(\.field) == (field.contains("normal") ? [] : ["broadcasts.tin.class"]))
        if let problem = reading.problems.first {
            for word in ["normal", "priority", "emergency"] { #expect("\(problem)".contains(word)) }
        }
    }

    @Test func `any change of one byte is read or refused`() throws {
        let text = Array(try Example.text("city-ward").utf8)
        for position in stride(from: 0, to: text.count, by: 7) {
            for byte in [UInt8(0x20), 0x0a, 0x22, 0x2d, 0x3a, 0x5b, 0x30, 0xff] {
                var changed = text
                changed[position] = byte
                _ = ScheduleFile.read(changed, rules: Example.zones.rules)
            }
        }
    }
}
