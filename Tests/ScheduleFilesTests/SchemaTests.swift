import BroadcastTesting
import Foundation
import ScheduleFiles
import Testing

/// The published JSON Schema and the reader say the same of the form of a file.
@Suite struct SchemaTests {
    /// What python3-jsonschema finds in each of `texts`: whether it is valid. YAML is read by the core schema of YAML 1.2, as editors do.
    private func verdicts(_ texts: [String]) async throws -> [Bool] {
        let folder = try TemporaryFolder(prefix: "schema")
        let input = try folder.write(String(decoding: try JSONEncoder().encode(texts), as: UTF8.self), to: "texts.json")
        let schema = Example.folder.appending(path: "schedule.schema.json").path
        let output = folder.file("verdicts.json")
        let child = try ChildProcess("/usr/bin/python3", ["-c", Self.program, schema, input, output])
        let end = await child.wait()
        #expect(end == .exited(0), "\(child.errors)")
        return try JSONDecoder().decode([Bool].self, from: Data(contentsOf: URL(filePath: output)))
    }

    private static let program = #"""
        import json, re, sys, yaml, jsonschema
        class Loader(yaml.SafeLoader): pass
        Loader.yaml_implicit_resolvers = {}
        for tag, pattern, first in [
            ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
            ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
            ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
            ("float", r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
             list("-+.0123456789"))]:
            Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(pattern), first)
        Loader.add_constructor("tag:yaml.org,2002:int", lambda l, n: int(n.value.replace("0o", ""), 8) if n.value.startswith("0o")
            else int(n.value, 16) if n.value.startswith("0x") else int(n.value))
        Loader.add_constructor("tag:yaml.org,2002:float", lambda l, n: float(n.value.replace(".inf", "inf").replace(".nan", "nan")))
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        json.dump([validator.is_valid(yaml.load(text, Loader)) for text in json.load(open(sys.argv[2]))], open(sys.argv[3], "w"))
        """#

    /// A line of an example with what it is changed to.
    private static let changes: [(file: String, line: String, to: String)] = [
        ("commune", "version: 1", "version: 2"), ("commune", "version: 1", "version: \"1\""),
        ("commune", "version: 1", "version: 1.0"), ("commune", "version: 1", "verzion: 1"),
        ("commune", "zone: Asia/Ho_Chi_Minh", "zone: 7"), ("commune", "zone: Asia/Ho_Chi_Minh", "zone: ''"),
        ("commune", "zone: Asia/Ho_Chi_Minh", "zone:"), ("commune", "from: 2026-11-23", "from: 23/11/2026"),
        ("commune", "from: 2026-11-23", "from: 2026-11-23T00:00:00"), ("commune", "from: 2026-11-23", "from: 20261123"),
        ("commune", "title: Lịch phát xã Cẩm Giang", "title: [a]"),
        ("commune", "title: Lịch phát xã Cẩm Giang", "title: 2026"),
        ("commune", "  quoc-tang: []", "  quoc-tang: 2026-12-01"),
        ("commune", "  quoc-tang: []", "  quoc-tang: [2026-12-1]"),
        ("commune", "  quoc-tang: []", "  quoc-tang: [2026-12-01..2026-12-03]"),
        ("commune", "  quoc-tang: []", "  quoc-tang: [2026-12-01-2026-12-03]"),
        ("commune", "  quoc-tang: []", "  9tang: []\n  quoc-tang: []"), ("commune", "  quoc-tang: []", "  quoc-tang:"),
        ("commune", "        days: mon-sat", "        days: mon - sat"),
        ("commune", "        days: mon-sat", "        days: Mon-Sat"),
        ("commune", "        days: mon-sat", "        days: mon, tue,wed"),
        ("commune", "        days: mon-sat", "        days: []"),
        ("commune", "        days: mon-sat", "        days: [mon, tue]"),
        ("commune", "        days: mon-sat", "        days: [monday]"),
        ("commune", "        days: mon-sat", "        day: mon-sat"), ("commune", "        days: mon-sat", ""),
        ("commune", "        days: mon-sat", "        days: mon-sat\n        rrule: FREQ=DAILY"),
        ("commune", "        days: mon-sat", "        dates: [2026-12-01]"),
        ("commune", "        days: mon-sat", "        dates: []"),
        ("commune", "        days: mon-sat", "        rrule: ''"),
        ("commune", "        days: mon-sat", "        rrule: FREQ=DAILY"),
        ("commune", "        days: mon-sat", "        days: mon-"),
        ("commune", "        days: mon-sat", "        days: mon,"),
        ("commune", "        times: [\"05:00\", \"17:00\"]", "        times: 17:00"),
        ("commune", "        times: [\"05:00\", \"17:00\"]", "        times: 5:00"),
        ("commune", "        times: [\"05:00\", \"17:00\"]", "        times: 24:00"),
        ("commune", "        times: [\"05:00\", \"17:00\"]", "        times: 500"),
        ("commune", "        times: [\"05:00\", \"17:00\"]", "        times: []"),
        ("commune", "        times: [\"05:00\", \"17:00\"]", "        times: [05:00:30]"),
        ("commune", "        times: [\"05:00\", \"17:00\"]", "        times: {a: 05:00}"),
        ("commune", "        times: [\"05:00\", \"17:00\"]", ""),
        ("commune", "        slot: 45m", "        slot: 45"), ("commune", "        slot: 45m", "        slot: 45 m"),
        ("commune", "        slot: 45m", "        slot: 1h30m"),
        ("commune", "        slot: 45m", "        slot: 30m1h"),
        ("commune", "        slot: 45m", "        slot: ''"),
        ("commune", "        slot: 45m", "        slot: 1234567s"),
        ("commune", "        whenLate: joinInProgress", "        whenLate: join"),
        ("commune", "        whenLate: joinInProgress", "        whenLate: null"),
        ("commune", "        whenInterrupted: drop", "        whenInterrupted: stop"),
        ("commune", "        priority: 32", "        priority: 256"),
        ("commune", "        priority: 32", "        priority: -1"),
        ("commune", "        priority: 32", "        priority: 32.0"),
        ("commune", "        priority: 32", "        priority: 32.5"),
        ("commune", "        priority: 32", "        priority: high"),
        ("commune", "        priority: 32", "        priority: true"),
        ("commune", "        volume: -6", "        volume: -6.5"),
        ("commune", "        volume: -6", "        volume: 21"),
        ("commune", "        volume: -6", "        volume: '-6'"),
        ("commune", "        volume: -6", "        volume: 1e1"),
        ("commune", "        volume: -6", "        volume: .inf"),
        ("commune", "        languages: [pac]", "        languages: []"),
        ("commune", "        languages: [pac]", "        languages: [Pacoh]"),
        ("commune", "        languages: [pac]", "        languages: [pac-VN]"),
        ("commune", "        languages: [pac]", "        languages: pac"),
        ("commune", "          - pause: 2s", "          - pause: 2"),
        ("commune", "          - pause: 2s", "          - silence: 2s"),
        ("commune", "          - pause: 2s", "          - {}"),
        ("commune", "          - pause: 2s", "          - pause"),
        ("commune", "          - pause: 2s", "          - {pause: 2s, audio: a.mp3}"),
        ("commune", "          - audio: audio/hop-thon.mp3", "          - audio: audio/hop-thon.wav"),
        ("commune", "          - audio: audio/hop-thon.mp3", "          - audio: AUDIO.MP3"),
        ("commune", "          - audio: audio/hop-thon.mp3", "          - audio: .mp3"),
        ("commune", "          - audio: audio/hop-thon.mp3", "          - audio: http://radio.example.vn/tin.mp3"),
        (
            "commune", "          - audio: audio/hop-thon.mp3",
            "          - audio: sha256:\(String(repeating: "a", count: 64))"
        ),
        (
            "commune", "          - audio: audio/hop-thon.mp3",
            "          - audio: sha256:\(String(repeating: "A", count: 64))"
        ),
        ("commune", "          - audio: audio/hop-thon.mp3", "          - audio: sha256:x.mp3"),
        ("commune", "          - audio: audio/hop-thon.mp3", "          - audio: [a.mp3]"),
        (
            "commune", "              url: https://radio.example.vn/vov1.mp3",
            "              url: rtmp://radio.example.vn"
        ),
        ("commune", "              url: https://radio.example.vn/vov1.mp3", "              url: https:///vov1.mp3"),
        (
            "commune", "              url: https://radio.example.vn/vov1.mp3",
            "              url: https://radio.example.vn/a b"
        ),
        ("commune", "              url: https://radio.example.vn/vov1.mp3", ""),
        ("commune", "  commune.cam-giang:", "  xa.cam-giang:"), ("commune", "  commune.cam-giang:", "  commune.:"),
        ("commune", "  commune.cam-giang:", "  commune.cẩm-giang:"),
        ("commune", "      buoi-phat:", "      buổi-phát:"),
        ("commune", "      buoi-phat:", "      \"buoi phat\":"),
        ("commune", "      buoi-phat:", "      \(String(repeating: "a", count: 65)):"),
        ("commune", "    except: [quoc-tang]", "    except: quoc-tang"),
        ("commune", "    except: [quoc-tang]", "    exept: []"),
        ("commune", "    except: [quoc-tang]", "    except: [-x]"),
        ("commune", "    except: [quoc-tang]", "    except: [5]"),
        ("city-ward", "    scopes: [commune.hang-trong]", ""),
        ("city-ward", "    scopes: [commune.hang-trong]", "    scopes: []"),
        ("city-ward", "    scopes: [commune.hang-trong]", "    scopes: [x]"),
        ("city-ward", "    quietHours: [\"20:00-06:30\"]", "    quietHours: [20:00-6:30]"),
        ("city-ward", "    quietHours: [\"20:00-06:30\"]", "    quietHours: 20:00-06:30"),
        ("city-ward", Self.limits, "    limits: {}"), ("city-ward", Self.limits, "    limits: 15m"),
        ("city-ward", Self.limits, "    limits: {session: 15}"),
        ("city-ward", Self.limits, "    limits: {sessions: 2}"),
        ("city-ward", Self.limits, "    limits: {day: {time: 30m}, week: {sessions: 10, time: 3h}, days: [mon, fri]}"),
        ("city-ward", Self.limits, "    limits: {day: 2}"),
        ("city-ward", Self.limits, "    limits: {day: {sessions: -1}}"),
        ("city-ward", Self.limits, "    limits: {day: {sessions: 1.5}}"),
        ("city-ward", Self.limits, "    limits: {days: []}"),
        ("city-ward", Self.limits, "    limits: {days: workdays}"),
        ("flood-plan", "    every: 30m", ""), ("flood-plan", "    for: 31d", ""),
        ("flood-plan", "    class: emergency", ""),
        ("flood-plan", "    class: priority", "    class: normal"),
        ("flood-plan", "    every: 30m", "    every: 30"),
        ("flood-plan", "    drill: true", "    drill: 'yes'"), ("flood-plan", "    drill: true", "    drill: True"),
        ("flood-plan", "    drill: true", "    repeat: 3"),
        ("flood-plan", "    audio: [audio/dien-tap.mp3]", "    audio: []"),
        ("flood-plan", "    audio: [audio/dien-tap.mp3]", "    audio: audio/dien-tap.mp3"),
        ("flood-plan", "    class: priority", "    class: Priority"),
        ("flood-plan", "    to: [commune.cam-giang]", "    to: []"),
        ("flood-plan", "    to: [commune.cam-giang]", "    to: commune.cam-giang"),
        ("flood-plan", "    title: Báo yên", "    title: ''"), ("flood-plan", "    title: Báo yên", ""),
        ("flood-plan", "broadcasts:", "broadcasts: []\nx:"),
    ]

    private static let limits = "    limits: {session: 15m, day: {sessions: 2}, days: weekdays}"

    @Test func `the examples are valid, and what the schema refuses the reader refuses, and the other way about`()
        async throws
    {
        var texts = try Example.names.map(Example.text)
        for change in Self.changes {
            let text = try Example.text(change.file)
            let place = try #require(text.range(of: "\n\(change.line)\n"), "\(change.line)")
            texts.append(text.replacingCharacters(in: place, with: "\n\(change.to)\n"))
        }
        let verdicts = try await verdicts(texts)
        #expect(verdicts.prefix(3) == [true, true, true])
        #expect(verdicts.contains(false))
        for (index, (text, verdict)) in zip(texts, verdicts).enumerated() {
            let problems = Example.read(text).problems.filter { $0.kind == .form }
            let change = index < 3 ? "" : "\(Self.changes[index - 3])"
            #expect(problems.isEmpty == verdict, "\(change): \(problems.map(\.description))")
        }
    }
}
