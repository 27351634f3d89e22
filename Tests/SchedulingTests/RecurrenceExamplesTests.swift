import Broadcasting
import Foundation
import Scheduling
import Testing

/// The examples of RFC 5545, section 3.8.5.3, with what it says that they are.
@Suite struct RecurrenceExamplesTests {
    /// Local times as `1997-09-02 09:00`, several of a day as `1997-09-02 09:00,09:20`, of a month as `1997-09 2,9 09:00`.
    private static func times(_ texts: [String]) -> [String] {
        texts.flatMap { text -> [String] in
            let words = text.split(separator: " ")
            let days =
                words.count == 3
                ? words[1].split(separator: ",").map { "\(words[0])-\($0.count < 2 ? "0" : "")\($0)" } : ["\(words[0])"]
            return days.flatMap { day in words.last!.split(separator: ",").map { "\(day)T\($0):00" } }
        }
    }

    struct Example: CustomTestStringConvertible {
        var rule: String
        var start = "1997-09-02T09:00:00"
        var times: [String]
        /// Whether these are all.
        var isWhole = false
        var exceptions: [String] = []

        var testDescription: String { rule }
    }

    static let examples = [
        Example(rule: "FREQ=DAILY;COUNT=10", times: ["1997-09 2,3,4,5,6,7,8,9,10,11 09:00"], isWhole: true),
        Example(
            rule: "FREQ=DAILY;INTERVAL=2",
            times: ["1997-09 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 09:00", "1997-10 2,4,6 09:00"]),
        Example(
            rule: "FREQ=DAILY;INTERVAL=10;COUNT=5", times: ["1997-09 2,12,22 09:00", "1997-10 2,12 09:00"],
            isWhole: true),
        Example(
            rule: "FREQ=WEEKLY;COUNT=10",
            times: ["1997-09 2,9,16,23,30 09:00", "1997-10 7,14,21,28 09:00", "1997-11 4 09:00"], isWhole: true),
        Example(
            rule: "FREQ=WEEKLY;UNTIL=19971224T000000Z",
            times: [
                "1997-09 2,9,16,23,30 09:00", "1997-10 7,14,21,28 09:00", "1997-11 4,11,18,25 09:00",
                "1997-12 2,9,16,23 09:00",
            ], isWhole: true),
        Example(
            rule: "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
            times: [
                "1997-09 2,16,30 09:00", "1997-10 14,28 09:00", "1997-11 11,25 09:00", "1997-12 9,23 09:00",
                "1998-01 6,20 09:00",
            ]),
        Example(
            rule: "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
            times: ["1997-09 2,4,9,11,16,18,23,25,30 09:00", "1997-10 2 09:00"], isWhole: true),
        Example(
            rule: "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
            times: ["1997-09 2,4,9,11,16,18,23,25,30 09:00", "1997-10 2 09:00"], isWhole: true),
        Example(
            rule: "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", start: "1997-09-01T09:00:00",
            times: [
                "1997-09 1,3,5,15,17,19,29 09:00", "1997-10 1,3,13,15,17,27,29,31 09:00",
                "1997-11 10,12,14,24,26,28 09:00",
                "1997-12 8,10,12,22 09:00",
            ], isWhole: true),
        Example(
            rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
            times: ["1997-09 2,4,16,18,30 09:00", "1997-10 2,14,16 09:00"], isWhole: true),
        Example(
            rule: "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", start: "1997-09-05T09:00:00",
            times: [
                "1997-09 5 09:00", "1997-10 3 09:00", "1997-11 7 09:00", "1997-12 5 09:00", "1998-01 2 09:00",
                "1998-02 6 09:00",
                "1998-03 6 09:00", "1998-04 3 09:00", "1998-05 1 09:00", "1998-06 5 09:00",
            ], isWhole: true),
        Example(
            rule: "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", start: "1997-09-05T09:00:00",
            times: ["1997-09 5 09:00", "1997-10 3 09:00", "1997-11 7 09:00", "1997-12 5 09:00"], isWhole: true),
        Example(
            rule: "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", start: "1997-09-07T09:00:00",
            times: [
                "1997-09 7,28 09:00", "1997-11 2,30 09:00", "1998-01 4,25 09:00", "1998-03 1,29 09:00",
                "1998-05 3,31 09:00",
            ], isWhole: true),
        Example(
            rule: "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", start: "1997-09-22T09:00:00",
            times: [
                "1997-09 22 09:00", "1997-10 20 09:00", "1997-11 17 09:00", "1997-12 22 09:00", "1998-01 19 09:00",
                "1998-02 16 09:00",
            ], isWhole: true),
        Example(
            rule: "FREQ=MONTHLY;BYMONTHDAY=-3", start: "1997-09-28T09:00:00",
            times: [
                "1997-09 28 09:00", "1997-10 29 09:00", "1997-11 28 09:00", "1997-12 29 09:00", "1998-01 29 09:00",
                "1998-02 26 09:00",
            ]),
        Example(
            rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
            times: [
                "1997-09 2,15 09:00", "1997-10 2,15 09:00", "1997-11 2,15 09:00", "1997-12 2,15 09:00",
                "1998-01 2,15 09:00",
            ], isWhole: true),
        Example(
            rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", start: "1997-09-30T09:00:00",
            times: [
                "1997-09 30 09:00", "1997-10 1,31 09:00", "1997-11 1,30 09:00", "1997-12 1,31 09:00",
                "1998-01 1,31 09:00", "1998-02 1 09:00",
            ], isWhole: true),
        Example(
            rule: "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", start: "1997-09-10T09:00:00",
            times: ["1997-09 10,11,12,13,14,15 09:00", "1999-03 10,11,12,13 09:00"], isWhole: true),
        Example(
            rule: "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
            times: [
                "1997-09 2,9,16,23,30 09:00", "1997-11 4,11,18,25 09:00", "1998-01 6,13,20,27 09:00",
                "1998-03 3,10,17,24,31 09:00",
            ]),
        Example(
            rule: "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", start: "1997-06-10T09:00:00",
            times: (1997...2001).flatMap { ["\($0)-06 10 09:00", "\($0)-07 10 09:00"] }, isWhole: true),
        Example(
            rule: "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", start: "1997-03-10T09:00:00",
            times: ["1997-03 10 09:00"]
                + [1999, 2001, 2003].flatMap { year in (1...3).map { "\(year)-0\($0) 10 09:00" } }, isWhole: true),
        Example(
            rule: "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", start: "1997-01-01T09:00:00",
            times: [
                "1997-01 1 09:00", "1997-04 10 09:00", "1997-07 19 09:00", "2000-01 1 09:00", "2000-04 9 09:00",
                "2000-07 18 09:00",
                "2003-01 1 09:00", "2003-04 10 09:00", "2003-07 19 09:00", "2006-01 1 09:00",
            ], isWhole: true),
        Example(
            rule: "FREQ=YEARLY;BYDAY=20MO", start: "1997-05-19T09:00:00",
            times: ["1997-05 19 09:00", "1998-05 18 09:00", "1999-05 17 09:00"]),
        Example(
            rule: "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", start: "1997-05-12T09:00:00",
            times: ["1997-05 12 09:00", "1998-05 11 09:00", "1999-05 17 09:00"]),
        Example(
            rule: "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", start: "1997-03-13T09:00:00",
            times: ["1997-03 13,20,27 09:00", "1998-03 5,12,19,26 09:00", "1999-03 4,11,18,25 09:00"]),
        Example(
            rule: "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", start: "1997-06-05T09:00:00",
            times: [
                "1997-06 5,12,19,26 09:00", "1997-07 3,10,17,24,31 09:00", "1997-08 7,14,21,28 09:00",
                "1998-06 4,11,18,25 09:00",
                "1998-07 2,9,16,23,30 09:00", "1998-08 6,13,20,27 09:00", "1999-06 3,10,17,24 09:00",
            ]),
        // Friday the 13th; the start, a Tuesday, is taken out.
        Example(
            rule: "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            times: [
                "1998-02 13 09:00", "1998-03 13 09:00", "1998-11 13 09:00", "1999-08 13 09:00", "2000-10 13 09:00",
            ],
            exceptions: ["1997-09-02T09:00:00"]),
        Example(
            rule: "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", start: "1997-09-13T09:00:00",
            times: [
                "1997-09 13 09:00", "1997-10 11 09:00", "1997-11 8 09:00", "1997-12 13 09:00", "1998-01 10 09:00",
                "1998-02 7 09:00",
                "1998-03 7 09:00", "1998-04 11 09:00", "1998-05 9 09:00", "1998-06 13 09:00",
            ]),
        // The election day of the United States.
        Example(
            rule: "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", start: "1996-11-05T09:00:00",
            times: ["1996-11 5 09:00", "2000-11 7 09:00", "2004-11 2 09:00"]),
        Example(
            rule: "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", start: "1997-09-04T09:00:00",
            times: ["1997-09 4 09:00", "1997-10 7 09:00", "1997-11 6 09:00"], isWhole: true),
        Example(
            rule: "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", start: "1997-09-29T09:00:00",
            times: [
                "1997-09 29 09:00", "1997-10 30 09:00", "1997-11 27 09:00", "1997-12 30 09:00", "1998-01 29 09:00",
                "1998-02 26 09:00",
                "1998-03 30 09:00",
            ]),
        // 17:00 in New York is 21:00 of UTC; the RFC's 17:00Z is an erratum.
        Example(
            rule: "FREQ=HOURLY;UNTIL=19970902T210000Z;INTERVAL=3", times: ["1997-09 2 09:00,12:00,15:00"], isWhole: true
        ),
        Example(
            rule: "FREQ=MINUTELY;INTERVAL=15;COUNT=6", times: ["1997-09 2 09:00,09:15,09:30,09:45,10:00,10:15"],
            isWhole: true),
        Example(rule: "FREQ=MINUTELY;INTERVAL=90;COUNT=4", times: ["1997-09 2 09:00,10:30,12:00,13:30"], isWhole: true),
        Example(
            rule: "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
            times: (2...3).map {
                "1997-09 \($0) "
                    + (9...16).map { $0 < 10 ? "0\($0)" : "\($0)" }.flatMap { ["\($0):00", "\($0):20", "\($0):40"] }
                    .joined(separator: ",")
            }),
        Example(
            rule: "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
            times: (2...3).map {
                "1997-09 \($0) "
                    + (9...16).map { $0 < 10 ? "0\($0)" : "\($0)" }.flatMap { ["\($0):00", "\($0):20", "\($0):40"] }
                    .joined(separator: ",")
            }),
        Example(
            rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", start: "1997-08-05T09:00:00",
            times: ["1997-08 5,10,19,24 09:00"], isWhole: true),
        Example(
            rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", start: "1997-08-05T09:00:00",
            times: ["1997-08 5,17,19,31 09:00"], isWhole: true),
        // 30 February is left out.
        Example(
            rule: "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", start: "2007-01-15T09:00:00",
            times: ["2007-01 15,30 09:00", "2007-02 15 09:00", "2007-03 15,30 09:00"], isWhole: true),
        // Every day in January, for three years, in two ways.
        Example(
            rule: "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
            start: "1998-01-01T09:00:00",
            times: (1998...2000).map { "\($0)-01 \((1...31).map { "\($0)" }.joined(separator: ",")) 09:00" },
            isWhole: true),
        Example(
            rule: "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1", start: "1998-01-01T09:00:00",
            times: (1998...2000).map { "\($0)-01 \((1...31).map { "\($0)" }.joined(separator: ",")) 09:00" },
            isWhole: true),
        // Daily until 24 December.
        Example(
            rule: "FREQ=DAILY;UNTIL=19971224T000000Z",
            times: [(9, 2...30), (10, 1...31), (11, 1...30), (12, 1...23)].map { month, days in
                "1997-\(month < 10 ? "0" : "")\(month) \(days.map { "\($0)" }.joined(separator: ",")) 09:00"
            }, isWhole: true),
    ]

    @Test(arguments: examples)
    func `an example of the RFC`(example: Example) throws {
        let newYork = try TimeZoneRules(
            tzif: Array(Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/America/New_York"))))
        let recurrence = Recurrence(
            start: try #require(LocalDateTime(example.start)), zone: newYork, rules: [try RecurrenceRule(example.rule)],
            exceptions: example.exceptions.compactMap { LocalDateTime($0) })
        let expected = Self.times(example.times)
        let occurrences = Array(recurrence.occurrences(from: .distantPast).prefix(expected.count + 1))
        #expect(occurrences.prefix(expected.count).map(\.local.description) == expected)
        #expect((occurrences.count == expected.count) == example.isWhole)
        // Where the RFC says EST or EDT.
        for occurrence in occurrences {
            let offset = newYork.secondsFromUTC(at: occurrence.instant)
            #expect(
                occurrence.instant.nanoseconds == (occurrence.local.secondsSince1970 - Int64(offset)) * 1_000_000_000)
        }
    }
}
