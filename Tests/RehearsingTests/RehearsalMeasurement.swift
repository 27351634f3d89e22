import Broadcasting
import Directing
import Foundation
import Rehearsing
import ScheduleFiles
import Testing
import ZoneReading

/// For scripts/measure-rehearsal.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["LOA_MEASURE_REHEARSAL"] != nil))
struct RehearsalMeasurement {
    @Test func `a year of the example commune, all of its nodes, on one core`() throws {
        let station = try YearTests.Station("commune", from: "2026-11-23", to: "2027-11-23")
        var (ended, steps): (Set<String>, Int) = ([], 0)
        var ends = 0
        let nodes = station.file.nodes.keys.sorted()
        let clock = ContinuousClock()
        let time = try clock.measure {
            for node in nodes {
                Rehearsal.run(
                    try station.script(node), from: station.from, to: station.to, zones: station.zones.rules
                ) { step in
                    steps += 1
                    guard case .record(.playback(let event)) = step.effect, event.final else { return }
                    ends += 1
                    ended.insert("\(node) \(event.cue)")
                }
            }
        }
        #expect(nodes.count == 52)
        #expect(ended.count == ends, "an occurrence ended twice")
        #expect(ends > 52 * 365)
        #expect(time < .seconds(10))
        print("MEASURED a year of \(nodes.count) nodes in \(time): \(ends) occurrences, \(steps) steps")
    }
}
