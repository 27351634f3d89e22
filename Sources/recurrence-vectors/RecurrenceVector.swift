import Broadcasting
import Scheduling

/// A recurrence with questions to it, written on one line; answers in the form in which `make-recurrence-vectors`, which explains
/// both, has them from dateutil.
struct RecurrenceVector {
    private let recurrence: Recurrence
    private let queries: [Timestamp]

    /// What is wrong with a line.
    enum LineError: Error, Hashable {
        case fields(Int)
        case time(String)
        case rule(RecurrenceRuleError)
    }

    /// Reads what stands before the tab of a line.
    init(_ line: String, zone: (String) throws -> TimeZoneRules) throws {
        let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 6 else { throw LineError.fields(fields.count) }
        func times(_ text: String) throws -> [LocalDateTime] {
            try text.split(separator: ",").map { text in
                guard let time = LocalDateTime(String(text)) else { throw LineError.time(String(text)) }
                return time
            }
        }
        let starts = try times(fields[1])
        guard let start = starts.first else { throw LineError.time(fields[1]) }
        recurrence = Recurrence(
            start: start, zone: try zone(fields[0]),
            rules: try fields[2].split(separator: " ").map { try RecurrenceRule(String($0)) },
            dates: try times(fields[3]), exceptions: try times(fields[4]))
        queries = try fields[5].split(separator: ",").map { text in
            guard let seconds = Int64(text) else { throw LineError.time(String(text)) }
            return Timestamp(nanoseconds: seconds * 1_000_000_000)
        }
    }

    /// What stands behind the tab.
    var answers: String {
        let horizon = LocalDateTime(secondsSince1970: 4_102_444_800)
        let listed = recurrence.occurrences(from: .distantPast).prefix(100).prefix { $0.local < horizon }
        var digest: Int64 = 0
        for occurrence in listed {
            for number in [occurrence.local.secondsSince1970, occurrence.instant.seconds] {
                let remainder = (digest * 1_000_003 + number) % 2_147_483_647
                digest = remainder < 0 ? remainder + 2_147_483_647 : remainder
            }
        }
        func text(_ occurrence: LocalOccurrence?) -> String {
            guard let occurrence, occurrence.local < horizon else { return "-" }
            return "\(occurrence.instant.seconds)"
        }
        let first = listed.prefix(3).map { "\($0.local.secondsSince1970)" }.joined(separator: ",")
        let answers = queries.map { query in
            text(recurrence.next(after: query)) + "/" + text(recurrence.last(atOrBefore: query))
        }
        return "\(listed.count) \(digest)|\(first)|\(answers.joined(separator: ","))"
    }
}

extension Timestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    fileprivate var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
