import Broadcasting
import Foundation
import Scheduling
import Testing

@Suite struct TimeZoneRulesTests {
    private static let folder = "/usr/share/zoneinfo/"

    private func rules(_ zone: String) throws -> TimeZoneRules {
        try TimeZoneRules(tzif: Array(Data(contentsOf: URL(filePath: Self.folder + zone))))
    }

    private func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    /// A local time as `2026-11-23T05:00:00`.
    private func local(_ text: String) throws -> Int64 { try instant(text + "Z").nanoseconds / 1_000_000_000 }

    @Test(
        arguments: [
            ("Asia/Ho_Chi_Minh", "2026-11-23T05:00:00Z", 25_200),
            ("Asia/Ho_Chi_Minh", "1975-06-12T17:00:00Z", 25_200),
            ("Asia/Ho_Chi_Minh", "1975-06-12T15:59:59Z", 28_800),
            ("Asia/Ho_Chi_Minh", "2199-01-01T00:00:00Z", 25_200),
            ("Europe/Berlin", "2026-03-29T00:59:59.999999999Z", 3600),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", 7200),
            ("Europe/Berlin", "2150-07-01T00:00:00Z", 7200),
            ("Australia/Lord_Howe", "2050-01-01T00:00:00Z", 39_600),
            ("UTC", "2026-01-01T00:00:00Z", 0),
        ])
    func `an offset at an instant`(zone: String, text: String, offset: Int) throws {
        #expect(try rules(zone).secondsFromUTC(at: instant(text)) == offset)
    }

    @Test func `the ends of time have an offset too`() throws {
        for zone in ["Europe/Berlin", "Asia/Ho_Chi_Minh", "UTC"] {
            let rules = try rules(zone)
            #expect(abs(rules.secondsFromUTC(at: .distantPast)) < 93_600)
            #expect(abs(rules.secondsFromUTC(at: .distantFuture)) < 93_600)
            for local in [Int64.min, .min + 93_600, .max - 93_600, .max] { _ = rules.meaning(ofLocalSeconds: local) }
        }
    }

    @Test func `a local time in a gap moves to the first valid instant, and one in a fold is two`() throws {
        let berlin = try rules("Europe/Berlin")
        #expect(
            try berlin.meaning(ofLocalSeconds: local("2026-03-29T02:30:00"))
                == .skipped(next: instant("2026-03-29T01:00:00Z")))
        #expect(
            try berlin.meaning(ofLocalSeconds: local("2026-10-25T02:30:00"))
                == .twice(first: instant("2026-10-25T00:30:00Z"), second: instant("2026-10-25T01:30:00Z")))
        #expect(
            try berlin.meaning(ofLocalSeconds: local("2026-10-25T03:00:00")) == .once(instant("2026-10-25T02:00:00Z")))
        // Samoa left out a whole day.
        #expect(
            try rules("Pacific/Apia").meaning(ofLocalSeconds: local("2011-12-30T12:00:00"))
                == .skipped(next: instant("2011-12-30T10:00:00Z")))
    }

    // MARK: - Against another implementation

    /// What Python's zoneinfo says of every zone, beside each of its changes of 2020–2040: `zone kind time answer…`.
    private static let script = """
        import zoneinfo, datetime as d, hashlib, pathlib
        U = d.timezone.utc; seen = set()
        def off(z, t): return int(d.datetime.fromtimestamp(t, U).astimezone(z).utcoffset().total_seconds())
        first = int(d.datetime(2020, 1, 1, tzinfo=U).timestamp()); last = int(d.datetime(2041, 1, 1, tzinfo=U).timestamp())
        step = 10 * 86400
        for name in sorted(zoneinfo.available_timezones()):
            content = pathlib.Path("/usr/share/zoneinfo", name)
            if not content.is_file(): continue
            digest = hashlib.sha256(content.read_bytes()).digest()
            if digest in seen: continue
            seen.add(digest); z = zoneinfo.ZoneInfo(name)
            print(name, "at", first, off(z, first))
            before = off(z, first)
            for t in range(first, last, step):
                after = off(z, t + step)
                if after != before:
                    low, high = t, t + step
                    while high - low > 1:
                        middle = (low + high) // 2
                        if off(z, middle) == before: low = middle
                        else: high = middle
                    for s in (high - 1, high, high + 1): print(name, "at", s, off(z, s))
                    new = off(z, high); a, b = sorted((before, new))
                    for l in (high + a - 1, high + a, high + (a + b) // 2, high + b - 1, high + b):
                        all = sorted({l - o for o in (before, new) if off(z, l - o) == o})
                        print(name, "local", l, *(all if all else ("gap", high)))
                before = after
        """

    private static func answers() throws -> [[Substring]] {
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/python3")
        python.arguments = ["-c", script]
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        python.waitUntilExit()
        #expect(python.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
    }

    @Test func `every zone agrees with Python's zoneinfo around its changes from 2020 to 2040`() throws {
        var known: [String: TimeZoneRules] = [:]
        let answers = try Self.answers()
        #expect(answers.count > 20_000)
        func seconds(_ seconds: Int64) -> Timestamp { Timestamp(nanoseconds: seconds * 1_000_000_000) }
        for answer in answers {
            let zone = String(answer[0])
            let rules = try known[zone] ?? rules(zone)
            known[zone] = rules
            let time = try #require(Int64(answer[2]))
            let numbers = answer[3...].compactMap { Int64($0) }
            if answer[1] == "at" {
                let offset = rules.secondsFromUTC(at: seconds(time))
                if offset != numbers[0] { Issue.record("\(answer): \(offset)") }
                continue
            }
            let expected: TimeZoneRules.LocalMeaning =
                if answer[3] == "gap" {
                    .skipped(next: seconds(numbers[0]))
                } else if numbers.count == 2 {
                    .twice(first: seconds(numbers[0]), second: seconds(numbers[1]))
                } else {
                    .once(seconds(numbers[0]))
                }
            let meaning = rules.meaning(ofLocalSeconds: time)
            if meaning != expected { Issue.record("\(answer): \(meaning)") }
        }
    }

    // MARK: - Hostile bytes

    /// A file with the given 64-bit data and rule.
    private func file(
        version: Character = "2", transitions: [(Int64, UInt8)] = [], offsets: [Int32] = [0], leapSeconds: Int32 = 0,
        rule: String = ""
    ) -> [UInt8] {
        func big(_ number: some FixedWidthInteger) -> [UInt8] {
            let width = number.bitWidth / 8
            return (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * (width - 1 - $0))) }
        }
        func header(_ counts: [Int32]) -> [UInt8] {
            Array("TZif\(version)".utf8) + Array(repeating: 0, count: 15) + counts.flatMap { big($0) }
        }
        var bytes = header([0, 0, 0, 0, 0, 0])
        bytes += header([0, 0, leapSeconds, Int32(transitions.count), Int32(offsets.count), 4])
        for (instant, _) in transitions { bytes += big(instant) }
        for (_, index) in transitions { bytes.append(index) }
        for offset in offsets { bytes += big(offset) + [0, 0] }
        bytes += Array("ABC\0".utf8) + Array(repeating: 0, count: Int(leapSeconds) * 12)
        return bytes + Array("\n\(rule)\n".utf8)
    }

    @Test func `a table without a rule keeps its last offset`() throws {
        let rules = try TimeZoneRules(tzif: file(transitions: [(100, 1), (200, 0)], offsets: [60, 120]))
        let offsets = [99, 100, 199, 200, 1 << 33].map {
            rules.secondsFromUTC(at: Timestamp(nanoseconds: $0 * 1_000_000_000))
        }
        #expect(offsets == [60, 120, 120, 60, 60])
    }

    @Test func `each fault of a file has its name`() {
        func fault(_ bytes: [UInt8]) -> TimeZoneRulesError? {
            do throws(TimeZoneRulesError) {
                _ = try TimeZoneRules(tzif: bytes)
                return nil
            } catch {
                return error
            }
        }
        #expect(fault(file()) == nil)
        #expect(fault([]) == .notTZif)
        #expect(fault(Array("This is not a time zone, but long enough to be one.".utf8)) == .notTZif)
        #expect(fault(file(version: "\0")) == .notTZif)
        #expect(fault(file(leapSeconds: 1)) == .countsLeapSeconds)
        #expect(fault(file(transitions: [(1, 1)])) == .damaged)
        #expect(fault(file(transitions: [(1, 0), (1, 0)])) == .damaged)
        #expect(fault(file(offsets: [])) == .damaged)
        #expect(fault(file(offsets: [.max])) == .damaged)
        var many = file()
        many.replaceSubrange(76..<80, with: [0xff, 0xff, 0xff, 0xff])
        #expect(fault(many) == .damaged)
    }

    @Test(
        arguments: [
            "X5", "ABC", "ABC25", "ABC1:60", "ABC-", "<ABC5", "ABC5DEF", "ABC5DEF,M3.5.0", "ABC5DEF,M13.1.0,M1.1.0",
            "ABC5DEF,M3.6.0,M1.1.0", "ABC5DEF,M3.0.0,M1.1.0", "ABC5DEF,M3.1.7,M1.1.0", "ABC5DEF,J0,J1",
            "ABC5DEF,J366,J1",
            "ABC5DEF,366,1", "ABC5DEF,1/168,2", "ABC5DEF,1,2,3", "ABC5 DEF,1,2", "ABC99999999999999999999",
        ])
    func `a rule that cannot be read makes the file damaged`(rule: String) {
        #expect(throws: TimeZoneRulesError.damaged) { try TimeZoneRules(tzif: file(rule: rule)) }
    }

    @Test(
        arguments: [
            ("EST5", "2026-07-01T00:00:00Z", -18_000),
            ("<+0330>-3:30:15", "2026-07-01T00:00:00Z", 12_615),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18_000),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14_400),
            ("EST5EDT,M3.2.0,M11.1.0", "2026-11-01T06:00:00Z", -18_000),
            // Summer time all the year.
            ("EST5EDT,0/0,J365/25", "2026-01-01T05:00:00Z", -14_400),
            ("EST5EDT,0/0,J365/25", "2026-07-01T05:00:00Z", -14_400),
            ("EST5EDT,0/0,J365/25", "2026-12-31T23:59:59Z", -14_400),
            // J60 is 1 March, whether there is a 29 February or not; 59 is what day it is.
            ("AAA0BBB,J60/0,J61/0", "2028-03-01T12:00:00Z", 3600),
            ("AAA0BBB,59/0,60/0", "2028-02-29T12:00:00Z", 3600),
            ("AAA0BBB,59/0,60/0", "2027-03-01T12:00:00Z", 3600),
            // Greenland: before midnight of the day named.
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600),
        ])
    func `a rule gives its offsets`(rule: String, text: String, offset: Int) throws {
        #expect(try TimeZoneRules(tzif: file(rule: rule)).secondsFromUTC(at: instant(text)) == offset)
    }

    @Test func `a file cut anywhere, or with any byte changed, is refused or read, and answers`() throws {
        let whole = Array(try Data(contentsOf: URL(filePath: Self.folder + "Europe/Berlin")))
        for length in 0..<whole.count {
            #expect(throws: TimeZoneRulesError.self) { try TimeZoneRules(tzif: Array(whole[..<length])) }
        }
        var generator = SplitMix(state: 0x10a)
        for _ in 0..<3000 {
            var changed = whole
            for _ in 0..<3 {
                changed[Int(generator.next() % UInt64(whole.count))] = UInt8(truncatingIfNeeded: generator.next())
            }
            guard let rules = try? TimeZoneRules(tzif: changed) else { continue }
            let local = Int64(bitPattern: generator.next())
            _ = rules.secondsFromUTC(at: Timestamp(nanoseconds: local))
            _ = rules.meaning(ofLocalSeconds: local / 1_000_000_000)
        }
    }
}
