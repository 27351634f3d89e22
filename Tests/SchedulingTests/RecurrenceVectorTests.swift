import Foundation
import Scheduling
import Testing

@testable import recurrence_vectors

@Suite struct RecurrenceVectorTests {
    /// 5,200 random recurrences of which `make-recurrence-vectors` beside them asked python-dateutil; `scripts/compare-recurrence`
    /// tries others.
    @Test func `random recurrences are those of dateutil`() throws {
        let file = try #require(Bundle.module.url(forResource: "Resources/recurrence-vectors", withExtension: "txt"))
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.first == "# seed 5545, dateutil 2.8.2")
        #expect(lines.count > 5000)
        let utc = TimeZoneRules(secondsFromUTC: 0)
        for line in lines.dropFirst() {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            let answers = try RecurrenceVector(String(parts[0])) { _ in utc }.answers
            if answers != parts[1] { Issue.record("\(line): \(answers)") }
        }
    }
}
