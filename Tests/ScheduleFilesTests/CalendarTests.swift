import BroadcastTesting
import Broadcasting
import Foundation
import ScheduleFiles
import Scheduling
import Testing
import Timetabling
import ZoneReading

@Suite struct CalendarTests {
    private static let now = Timestamp("2026-11-21T00:00:00Z") ?? .distantPast

    private static func scope(_ text: String = "commune.cam-giang") throws -> Scope { try #require(Scope(text)) }

    /// The programmes of the commune, its audio of five seconds each.
    private static func commune(_ text: String? = nil) throws -> [Scope: [Programme]] {
        let file = Example.read(try text ?? Example.text("commune")).file
        let hash = try #require(ContentHash(String(repeating: "ab", count: 32)))
        var audio: [AudioName: AudioReference] = [:]
        for name in file.audio { audio[name] = AudioReference(sha256: hash, bytes: 1, duration: 5, gain: 0) }
        return file.documents(audio: audio).mapValues(\.programmes)
    }

    private static func export(_ schedules: [Scope: [Programme]]) -> String {
        CalendarExport.text(schedules, title: "Xã Cẩm Giang", now: now, rules: Example.zones.rules)
    }

    private static func starts(_ schedules: [Scope: [Programme]], days: Double) -> [String] {
        Timetable(schedules, rules: Example.zones.rules)
            .occurrences(from: now, to: now.advanced(bySeconds: days * 86_400)).occurrences.map {
                "\($0.title) \($0.start)"
            }
            .sorted()
    }

    private static func read(_ text: String, zone: String? = nil) throws -> (ScheduleFile, CalendarImport) {
        let made = try CalendarImport(Array(text.utf8), scope: scope(), zone: zone, rules: Example.zones.rules)
        let reading = Example.read(made.text)
        #expect(reading.problems.map(\.description) == [], "\(made.text)")
        return (reading.file, made)
    }

    @Test func `lines have at most 75 bytes, end in CRLF, and fold at whole characters`() throws {
        let text = Self.export(try Self.commune())
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.last == "")
        #expect(lines.allSatisfy { $0.utf8.count <= 75 && !$0.contains("\n") })
        #expect(lines.contains { $0.hasPrefix(" ") })
    }

    @Test func `what is exported a calendar library reads, with the same occurrences for a year`() async throws {
        let schedules = try Self.commune()
        let folder = try TemporaryFolder(prefix: "calendar")
        let input = try folder.write(Self.export(schedules), to: "xa.ics")
        let child = try ChildProcess("/usr/bin/python3", ["-c", Self.program, input, folder.file("starts.json")])
        #expect(await child.wait() == .exited(0), "\(child.errors)")
        let starts = try JSONDecoder().decode(
            [String].self, from: Data(contentsOf: URL(filePath: folder.file("starts.json"))))
        let own = Self.starts(schedules, days: 365)
        #expect(own.count > 1500)
        #expect(starts == own)
    }

    /// Expands the events by python's icalendar and dateutil.
    private static let program = #"""
        import datetime, json, sys, icalendar
        from dateutil import rrule, tz
        calendar = icalendar.Calendar.from_ical(open(sys.argv[1], "rb").read())
        assert calendar.get("version") == "2.0" and calendar.walk("VTIMEZONE")
        begin = datetime.datetime(2026, 11, 21, tzinfo=tz.UTC)
        end, starts = begin + datetime.timedelta(days=365), []
        for event in calendar.walk("VEVENT"):
            zone = tz.gettz(event["dtstart"].params["TZID"])
            first = event["dtstart"].dt.replace(tzinfo=zone)
            rules = rrule.rruleset()
            if "rrule" in event: rules.rrule(rrule.rrulestr(event["rrule"].to_ical().decode(), dtstart=first))
            else: rules.rdate(first)
            def dates(name):
                found = event.get(name, [])
                return [d.dt.replace(tzinfo=zone) for l in (found if isinstance(found, list) else [found]) for d in l.dts]
            for date in dates("rdate"): rules.rdate(date)
            for date in dates("exdate"): rules.exdate(date)
            starts += [str(event["summary"]) + " " + d.astimezone(tz.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
                for d in rules.between(begin, end, inc=True) if d < end]
        json.dump(sorted(starts), open(sys.argv[2], "w"))
        """#

    @Test func `what was exported is imported with the same occurrences and blocks`() throws {
        let schedules = try Self.commune()
        let scope = try Self.scope()
        let own = try #require(schedules[scope])
        let (file, made) = try Self.read(Self.export([scope: own]))
        #expect(made.notes.isEmpty)
        #expect(file.title == "Xã Cẩm Giang")
        var audio: [AudioName: AudioReference] = [:]
        for name in file.audio { audio[name] = own[0].content[0] }
        let read = file.documents(audio: audio).mapValues(\.programmes)
        #expect(Self.starts(read, days: 400) == Self.starts([scope: own], days: 400))
        #expect(read[scope]?.map(\.id) == own.map(\.id))
        #expect(read[scope]?.map(\.blocks) == own.map(\.blocks))
        #expect(read[scope]?.map(\.slot) == own.map(\.slot))
        #expect(read[scope]?.map(\.whenLate) == own.map(\.whenLate))
    }

    @Test func `a zone with summer time is written with its changes`() throws {
        let text = try Example.text("city-ward").replacing("Asia/Ho_Chi_Minh", with: "Europe/Berlin")
        let ics = Self.export(try Self.commune(text))
        #expect(ics.contains("TZID:Europe/Berlin\r\n"))
        #expect(
            ics.contains(
                "BEGIN:DAYLIGHT\r\nDTSTART:20270328T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\n"
            ))
        #expect(ics.contains("DTSTART:20271031T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"))
    }

    @Test func `a calendar of Google is read, with moved and cancelled occurrences`() throws {
        let (file, made) = try Self.read(Self.google)
        #expect(file.zone == "Asia/Ho_Chi_Minh")
        #expect(file.title == "Đài xã")
        let drafts = try #require(file.schedules[try Self.scope()])
        #expect(
            drafts.map(\.outline.id.rawValue) == ["buoi-phat-sang-thu-hai-den-thu-sau", "buoi-phat-sang", "hop-thon"])
        #expect(drafts[0].outline.title == "Buổi phát sáng, thứ hai đến thứ sáu")
        #expect(
            drafts[0].outline.start.exdate == ["2026-11-25T05:00:00", "2026-11-26T05:00:00", "2026-11-27T05:00:00"])
        #expect(drafts[0].outline.slot == 2700)
        #expect(drafts[0].audio == [.file("audio/buoi-phat-sang-thu-hai-den-thu-sau.mp3")])
        #expect(drafts[1].outline.start.local == "2026-11-25T06:30:00")
        // Written in UTC, due in the zone of the calendar.
        #expect(drafts[2].outline.start.local == "2026-12-06T07:00:00")
        #expect(made.text.contains("    - 2027-02-05..2027-02-09\n"))
    }

    private static let google = [
        "BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", "X-WR-CALNAME:Đài xã", "X-WR-TIMEZONE:Asia/Ho_Chi_Minh", "BEGIN:VTIMEZONE",
        "TZID:Asia/Ho_Chi_Minh", "X-LIC-LOCATION:Asia/Ho_Chi_Minh", "BEGIN:STANDARD", "TZOFFSETFROM:+0700",
        "TZOFFSETTO:+0700", "TZNAME:GMT+7", "DTSTART:19700101T000000", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T050000", "DTEND;TZID=Asia/Ho_Chi_Minh:20261123T054500",
        "RRULE:FREQ=WEEKLY;WKST=SU;UNTIL=20270101T165959Z;BYDAY=FR,MO,TH,TU,WE",
        "EXDATE;TZID=Asia/Ho_Chi_Minh:20261126T050000", "DTSTAMP:20261101T090000Z", "UID:1abc@google.com",
        "SUMMARY:Buổi phát sáng\\, thứ hai", "  đến thứ sáu", "BEGIN:VALARM", "ACTION:DISPLAY",
        "SUMMARY:not this", "TRIGGER:-P0DT0H10M0S", "END:VALARM", "END:VEVENT", "BEGIN:VEVENT",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20261125T063000", "DTEND;TZID=Asia/Ho_Chi_Minh:20261125T071500",
        "UID:1abc@google.com", "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261125T050000", "SUMMARY:Buổi phát sáng",
        "END:VEVENT", "BEGIN:VEVENT", "DTSTART;TZID=Asia/Ho_Chi_Minh:20261127T050000", "UID:1abc@google.com",
        "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20261127T050000", "STATUS:CANCELLED", "END:VEVENT", "BEGIN:VEVENT",
        "DTSTART:20261206T000000Z", "DTEND:20261206T003000Z", "UID:2@google.com", "SUMMARY:Họp thôn", "END:VEVENT",
        "BEGIN:VEVENT", "DTSTART;VALUE=DATE:20270205", "DTEND;VALUE=DATE:20270210", "UID:3@google.com",
        "SUMMARY:Tết", "END:VEVENT", "END:VCALENDAR", "",
    ].joined(separator: "\r\n")

    /// An event at 06:00 of Viet Nam, which UTC dates the day before.
    private static func dawn(_ start: String, _ rule: String) throws -> (ScheduleFile, CalendarImport) {
        try read(
            """
            BEGIN:VCALENDAR
            X-WR-TIMEZONE:Asia/Ho_Chi_Minh
            BEGIN:VEVENT
            UID:1
            SUMMARY:Sáng
            DTSTART:\(start)T230000Z
            RRULE:\(rule)
            END:VEVENT
            END:VCALENDAR
            """, zone: "Asia/Ho_Chi_Minh")
    }

    @Test(arguments: [
        ("20261122", "FREQ=WEEKLY;BYDAY=SU", "days: mon"), ("20261122", "FREQ=WEEKLY;BYDAY=FR,SU", "days: mon,sat"),
        ("20261122", "FREQ=WEEKLY", "days: mon"), ("20261122", "FREQ=DAILY", "days: daily"),
        ("20261122", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO", "rrule: \"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;WKST=TU\""),
        ("20261127", "FREQ=MONTHLY", "rrule: \"FREQ=MONTHLY\""),
    ])
    func `a rule that was written in UTC has the days of the zone that it is due in`(
        start: String, rule: String, days: String
    ) throws {
        let (file, made) = try Self.dawn(start, rule)
        #expect(made.text.contains("        \(days)\n"), "\(made.text)")
        let draft = try #require(file.schedules[try Self.scope()]?.first)
        #expect(draft.outline.start.local.hasSuffix("T06:00:00"))
    }

    @Test(arguments: [
        ("20261130", "FREQ=MONTHLY"), ("20261122", "FREQ=MONTHLY;BYDAY=4SU"),
        ("20261122", "FREQ=MONTHLY;BYMONTHDAY=22"),
        ("20261122", "FREQ=WEEKLY;BYDAY=SU;BYHOUR=23"), ("20261122", "FREQ=DAILY;BYMONTH=11"),
    ])
    func `a rule in UTC that has no days of its own in the zone is left out, and told`(start: String, rule: String)
        throws
    {
        let failure = #expect(throws: CalendarImport.Failure.self) { try Self.dawn(start, rule) }
        #expect(failure?.description.hasSuffix("its rule was left out; write its days: \(rule)") == true)
    }

    @Test func `a calendar of Outlook is read, by the names that Windows has for zones`() throws {
        let ics = """
            BEGIN:VCALENDAR
            PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
            VERSION:2.0
            BEGIN:VTIMEZONE
            TZID:SE Asia Standard Time
            BEGIN:STANDARD
            DTSTART:16010101T000000
            TZOFFSETFROM:+0700
            TZOFFSETTO:+0700
            END:STANDARD
            END:VTIMEZONE
            BEGIN:VEVENT
            CLASS:PUBLIC
            DTEND;TZID="SE Asia Standard Time":20261123T171500
            DTSTART;TZID="SE Asia Standard Time":20261123T170000
            RRULE:FREQ=MONTHLY;COUNT=10;BYDAY=4MO
            SUMMARY;LANGUAGE=vi:Bản tin chiều
            UID:040000008200E00074C5B7101A82E008
            END:VEVENT
            BEGIN:VEVENT
            DTSTART;TZID="Tokyo Standard Time":20261124T080000
            DURATION:PT1H
            RRULE:FREQ=SOMETIMES
            SUMMARY:Sai
            UID:2
            END:VEVENT
            END:VCALENDAR
            """
        let (file, made) = try Self.read(ics)
        let draft = try #require(file.schedules[try Self.scope()]?.first)
        #expect(file.zone == "Asia/Ho_Chi_Minh")
        #expect(draft.outline.title == "Bản tin chiều")
        #expect(draft.outline.start.local == "2026-11-23T17:00:00")
        #expect(draft.outline.start.rrule == "FREQ=MONTHLY;COUNT=10;BYDAY=4MO")
        #expect(draft.outline.slot == 900)
        #expect(made.notes.count == 2)
        #expect(made.notes.contains { $0.contains("FREQ=SOMETIMES") })
    }

    @Test func `a telephone's calendar is read, with the scope that an event names as its place`() throws {
        let ics = """
            BEGIN:VCALENDAR
            VERSION:2.0
            PRODID:-//Apple Inc.//macOS 14.0//EN
            X-WR-CALNAME:Loa
            BEGIN:VTIMEZONE
            TZID:/freeassociation.sourceforge.net/Asia/Ho_Chi_Minh
            BEGIN:STANDARD
            TZOFFSETFROM:+0706
            DTSTART:19110501T000000
            TZOFFSETTO:+0700
            TZNAME:GMT+7
            END:STANDARD
            END:VTIMEZONE
            BEGIN:VEVENT
            UID:1
            DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Ho_Chi_Minh:20261123T053000
            DTEND;TZID=/freeassociation.sourceforge.net/Asia/Ho_Chi_Minh:20261123T054000
            RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261231T165959Z
            EXDATE;TZID=/freeassociation.sourceforge.net/Asia/Ho_Chi_Minh:20261124T053000,
             20261125T053000
            EXDATE;VALUE=DATE:20261126
            SUMMARY:Tin thôn
            LOCATION:hamlet.an-thai
            SEQUENCE:3
            STATUS:CONFIRMED
            END:VEVENT
            BEGIN:VEVENT
            UID:2
            DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T170000
            DURATION:P0DT0H20M0S
            SUMMARY:Tin xã
            LOCATION:Nhà văn hóa
            END:VEVENT
            BEGIN:VEVENT
            UID:3
            DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T180000
            RRULE:FREQ=DAILY
            SUMMARY:Bỏ
            STATUS:CANCELLED
            END:VEVENT
            END:VCALENDAR
            """
        let (file, made) = try Self.read(ics)
        #expect(made.notes == [])
        #expect(file.zone == "Asia/Ho_Chi_Minh")
        let hamlet = try #require(file.schedules[try Self.scope("hamlet.an-thai")]?.first).outline
        #expect(hamlet.start.rrule == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261231T165959Z")
        #expect(
            hamlet.start.exdate == ["2026-11-24T05:30:00", "2026-11-25T05:30:00", "2026-11-26T05:30:00"])
        #expect(made.text.contains("        days: weekdays\n        from: 2026-11-23\n        until: 2026-12-31\n"))
        let commune = try #require(file.schedules[try Self.scope()])
        #expect(commune.map(\.outline.title) == ["Tin xã"])
        #expect(commune[0].outline.slot == 1200)
    }

    @Test(arguments: [
        ("Tokyo Standard Time", "", "2026-11-23T03:00:00", nil),
        ("(UTC+09:00) Osaka, Sapporo, Tokyo", "", "2026-11-23T03:00:00", nil),
        ("tzone://Microsoft/Utc", "", "2026-11-23T12:00:00", nil),
        ("Customized Time Zone", "TZOFFSETFROM:+0930\nTZOFFSETTO:+0930", "2026-11-23T02:30:00", nil),
        ("Nhà tôi", "X-LIC-LOCATION:Asia/Seoul", "2026-11-23T03:00:00", nil),
        ("Nhà tôi", "TZOFFSETTO:+0100\nTZOFFSETTO:+0200", "2026-11-23T05:00:00", "Nhà tôi"),
    ])
    func `a zone is known by any name that tells what it is, and is named where none does`(
        name: String, described: String, local: String, unknown: String?
    ) throws {
        let ics = """
            BEGIN:VCALENDAR
            X-WR-TIMEZONE:Asia/Ho_Chi_Minh
            BEGIN:VTIMEZONE
            TZID:\(name)
            \(described)
            END:VTIMEZONE
            BEGIN:VEVENT
            UID:1
            SUMMARY:Tin
            DTSTART;TZID="\(name)":20261123T050000
            END:VEVENT
            END:VCALENDAR
            """
        let (file, made) = try Self.read(ics)
        #expect(file.schedules[try Self.scope()]?.first?.outline.start.local == local)
        #expect(made.notes.count == (unknown == nil ? 0 : 1))
        #expect(unknown.map { made.notes[0].contains($0) } ?? true)
    }

    @Test func `each time of day is an event of its own, with a rule that telephones know`() throws {
        let ics = Self.export(try Self.commune())
        #expect(ics.contains("\r\nRRULE:FREQ=DAILY\r\n"))
        #expect(!ics.split(separator: "\r\n").contains { $0.hasPrefix("RRULE:") && $0.contains("BYHOUR") })
        #expect(ics.contains("DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T170000\r\n"))
        let text = """
            version: 1
            zone: Asia/Ho_Chi_Minh
            from: 2026-11-23
            scopes:
              commune.cam-giang:
                programmes:
                  nhieu:
                    title: Nhiều giờ
                    days: daily
                    times: ["05:00", "06:30", "17:15"]
                    until: 2027-03-31
                    except: [2026-12-24..2026-12-26]
                    blocks: [{pause: 5m}]
            """
        let schedules = try Self.commune(text)
        let (file, _) = try Self.read(Self.export(schedules))
        let scope = try Self.scope()
        #expect(file.schedules[scope]?.map(\.outline.start) == schedules[scope]?.map(\.start))
        // Where somebody moved one of them, each stands for itself.
        let moved = Self.export(schedules).replacing("20261123T063000", with: "20261123T064500")
        let starts = try Self.read(moved).0.schedules[scope]?.map(\.outline.start.local.description)
        #expect(starts == ["2026-11-23T05:00:00", "2026-11-23T06:45:00", "2026-11-23T17:15:00"])
    }

    @Test(arguments: [
        (
            "2026-11-23T05:00:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA;BYHOUR=5,17;BYMINUTE=0;BYSECOND=0",
            "mon-sat 05:00, 17:00"
        ),
        ("2026-11-23T06:30:00", "FREQ=DAILY;UNTIL=20261231T165959Z", "daily 06:30 until 31/12/2026"),
        ("2026-11-23T06:30:00", "FREQ=DAILY;UNTIL=20261230T233000Z", "daily 06:30 until 31/12/2026"),
        ("2026-11-23T06:30:00", "FREQ=DAILY;UNTIL=20261230T232959Z", "daily 06:30 until 30/12/2026"),
        ("2026-11-23T05:00:00", "FREQ=WEEKLY", "mon 05:00"),
        ("2026-11-28T05:00:00", "FREQ=WEEKLY;BYDAY=SU,SA", "weekends 05:00"),
        ("2026-12-06T07:00:00", "FREQ=MONTHLY;BYDAY=1SU", "FREQ=MONTHLY;BYDAY=1SU 07:00"),
        ("2026-11-23T01:00:00", "FREQ=HOURLY;INTERVAL=6", "FREQ=HOURLY;INTERVAL=6 01:00"),
        (
            "2026-11-23T05:00:00", "FREQ=DAILY;BYHOUR=5;BYMINUTE=0\nFREQ=DAILY;BYHOUR=17;BYMINUTE=30",
            "daily 05:00, 17:30"
        ),
    ])
    func `a start has words`(local: String, rule: String, words: String) {
        let start = Programme.Start(local: local, zone: "Asia/Ho_Chi_Minh", rrule: rule)
        #expect(start.words(rules: Example.zones.rules) == words)
    }

    @Test func `dates have words`() {
        let start = Programme.Start(
            local: "2026-11-28T06:00:00", zone: "Asia/Ho_Chi_Minh", rdate: ["2026-12-26T06:00:00"])
        #expect(start.words(rules: Example.zones.rules) == "28/11/2026 06:00 and 1 more")
    }

    @Test(arguments: [
        "", "hello", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "BEGIN:VEVENT\nDTSTART:20261123T050000\nEND:VEVENT",
    ])
    func `what is no calendar, or empty, is refused`(text: String) throws {
        let scope = try Self.scope()
        #expect(throws: CalendarImport.Failure.self) {
            try CalendarImport(Array(text.utf8), scope: scope, zone: nil, rules: Example.zones.rules)
        }
    }

    @Test func `any change of one byte is read or refused, and what is read is a schedule file`() throws {
        let bytes = Array(Self.google.utf8)
        let scope = try Self.scope()
        for position in stride(from: 0, to: bytes.count, by: 5) {
            for byte in [UInt8(0x20), 0x0a, 0x3a, 0x3b, 0x22, 0x39, 0x5c, 0xff] {
                var changed = bytes
                changed[position] = byte
                let made = try? CalendarImport(changed, scope: scope, zone: nil, rules: Example.zones.rules)
                guard let made else { continue }
                let problems = Example.read(made.text).problems.filter { $0.kind == .form }
                #expect(problems.isEmpty, "byte \(position) as \(byte): \(problems)")
            }
        }
    }
}
