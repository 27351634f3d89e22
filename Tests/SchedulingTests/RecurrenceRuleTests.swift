import Scheduling
import Testing

@Suite struct RecurrenceRuleTests {
    @Test(
        arguments: [
            "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=4SU", "FREQ=MINUTELY;COUNT=3;INTERVAL=90",
            "FREQ=WEEKLY;UNTIL=19971224T000000Z;INTERVAL=2;BYDAY=MO,WE,FR;WKST=SU",
            "FREQ=YEARLY;UNTIL=20261231;BYDAY=-1SU;BYMONTH=10",
            "FREQ=YEARLY;UNTIL=99991231T235959;BYDAY=MO;BYWEEKNO=20",
            "FREQ=HOURLY;BYSECOND=0,60;BYMINUTE=0,59;BYHOUR=0,23;BYYEARDAY=1,-366;BYSETPOS=-1",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYMONTHDAY=31,-31;BYSETPOS=-1",
        ])
    func `a rule gives its text back`(text: String) throws {
        #expect(try RecurrenceRule(text).description == text)
        #expect(try RecurrenceRule(text.lowercased()).description == text)
    }

    @Test func `parts may come in any order, and what goes without saying is left out`() throws {
        let rule = try RecurrenceRule("WKST=MO;INTERVAL=1;BYMONTHDAY=+07;BYDAY=+1FR;COUNT=010;FREQ=YEARLY")
        #expect(rule.description == "FREQ=YEARLY;COUNT=10;BYDAY=1FR;BYMONTHDAY=7")
    }

    @Test(
        arguments: [
            ("", "", "NAME=VALUE"), ("FREQ", "", "NAME=VALUE"), ("FREQ=", "", "NAME=VALUE"),
            ("FREQ=DAILY;", "", "NAME=VALUE"),
            ("RRULE:FREQ=DAILY", "", "FREQ, UNTIL"), ("FREQ=DAILY;BYEASTER=0", "", "BYSETPOS"),
            ("FREQ=DAILY; INTERVAL=2", "", "INTERVAL"), ("INTERVAL=2", "FREQ", "MINUTELY, HOURLY"),
            ("FREQ=SECONDLY", "FREQ", "MINUTELY"), ("FREQ=FORTNIGHTLY", "FREQ", "WEEKLY"),
            ("FREQ=DAILY;FREQ=DAILY", "FREQ", "once"), ("FREQ=DAILY;INTERVAL=0", "INTERVAL", "1 to 1000000"),
            ("FREQ=DAILY;INTERVAL=-1", "INTERVAL", "1 to"),
            ("FREQ=DAILY;INTERVAL=99999999999999999999", "INTERVAL", "1 to"),
            ("FREQ=DAILY;COUNT=0", "COUNT", "1 to 1000000"), ("FREQ=DAILY;COUNT=1000001", "COUNT", "1 to 1000000"),
            ("FREQ=DAILY;COUNT=1;UNTIL=20260101", "COUNT", "one of them"),
            ("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL", "20261231"),
            ("FREQ=DAILY;UNTIL=20260229", "UNTIL", "20261231"),
            ("FREQ=DAILY;UNTIL=20260101T240000Z", "UNTIL", "20261231"),
            ("FREQ=DAILY;BYSECOND=61", "BYSECOND", "0 to 60"), ("FREQ=DAILY;BYMINUTE=60", "BYMINUTE", "0 to 59"),
            ("FREQ=DAILY;BYHOUR=24", "BYHOUR", "0 to 23"), ("FREQ=DAILY;BYHOUR=-1", "BYHOUR", "0 to 23"),
            ("FREQ=DAILY;BYHOUR=5,", "BYHOUR", "0 to 23"), ("FREQ=DAILY;BYHOUR=5,,6", "BYHOUR", "0 to 23"),
            ("FREQ=DAILY;BYHOUR=٥", "BYHOUR", "0 to 23"), ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY", "1 to 31, or"),
            ("FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY", "1 to 31, or"),
            ("FREQ=MONTHLY;BYMONTHDAY=--1", "BYMONTHDAY", "1 to 31"),
            ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY", "1 to 366"), ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO", "1 to 53"),
            ("FREQ=YEARLY;BYMONTH=13", "BYMONTH", "1 to 12"), ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH", "1 to 12"),
            ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS", "1 to 366"), ("FREQ=WEEKLY;WKST=1MO", "WKST", "MO, TU"),
            ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY", "1 to 53"), ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY", "1 to 53"),
            ("FREQ=MONTHLY;BYDAY=Monday", "BYDAY", "MO, TU"), ("FREQ=MONTHLY;BYDAY=4", "BYDAY", "MO, TU"),
            ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY", "MONTHLY and YEARLY"),
            ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "BYDAY", "once"),
            ("FREQ=MONTHLY;BYWEEKNO=20", "BYWEEKNO", "YEARLY"),
            ("FREQ=DAILY;BYYEARDAY=20", "BYYEARDAY", "MINUTELY, HOURLY, YEARLY"),
            ("FREQ=WEEKLY;BYYEARDAY=20", "BYYEARDAY", "YEARLY"), ("FREQ=MONTHLY;BYYEARDAY=20", "BYYEARDAY", "YEARLY"),
            ("FREQ=WEEKLY;BYMONTHDAY=20", "BYMONTHDAY", "DAILY, MONTHLY"),
            ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS", "chooses"),
        ])
    func `a text that is no rule is refused with the part and what is allowed`(
        text: String, part: String, allowed: String
    ) {
        do throws(RecurrenceRuleError) {
            let rule = try RecurrenceRule(text)
            Issue.record("read as \(rule)")
        } catch {
            #expect(error.part == part)
            #expect(error.allowed.contains(allowed), "\(error)")
            #expect(error.description.hasPrefix(part.isEmpty ? "the rule " : part + " "))
        }
    }

    @Test func `an error shows little of a long text`() {
        do throws(RecurrenceRuleError) {
            _ = try RecurrenceRule("FREQ=" + String(repeating: "X", count: 9000))
            Issue.record("read")
        } catch {
            #expect(error.description.utf8.count < 300)
        }
        #expect(throws: RecurrenceRuleError.self) {
            try RecurrenceRule("FREQ=DAILY;BYHOUR=" + String(repeating: "1,", count: 5000) + "1")
        }
    }

    @Test func `whatever the text is, it is refused, or read and given back with the same meaning`() throws {
        var generator = SplitMix(state: 0x5545)
        let words = [
            "FREQ=", "DAILY", "WEEKLY", "YEARLY", "MONTHLY", "HOURLY", "MINUTELY", ";", "INTERVAL=", "COUNT=", "UNTIL=",
            "BYDAY=", "BYHOUR=",
            "BYMONTH=", "BYMONTHDAY=", "BYYEARDAY=", "BYWEEKNO=", "BYSETPOS=", "WKST=", "MO", "SU", "-1FR", "2TU", ",",
            "1", "-1", "5", "31",
            "366", "20261231", "20261231T050000Z", "=", "\u{0}", "é", "９", "+", " ", "\n", ";;",
            "999999999999999999999999",
        ]
        var read = 0
        for _ in 0..<40_000 {
            var text =
                "FREQ=" + ["DAILY", "WEEKLY", "YEARLY", "MONTHLY", "HOURLY", "MINUTELY"][Int(generator.next() % 6)]
            for _ in 0..<generator.next() % 6 {
                if generator.next() % 2 == 0 {
                    text += ";" + words[8 + Int(generator.next() % 11)] + words[19 + Int(generator.next() % 12)]
                } else {
                    text += words[Int(generator.next() % UInt64(words.count))]
                }
            }
            guard let rule = try? RecurrenceRule(text) else { continue }
            read += 1
            #expect(try RecurrenceRule(rule.description) == rule)
        }
        #expect(read > 5000)
    }
}
