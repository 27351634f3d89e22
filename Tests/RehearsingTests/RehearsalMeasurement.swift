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
        var (ends, steps) = (0, 0)
        let nodes = station.file.nodes.keys.sorted()
        let clock = ContinuousClock()
        let time = try clock.measure {
            for node in nodes {
                Rehearsal.run(
                    try station.script(node), from: station.from, to: station.to, zones: station.zones.rules
                ) { step in
                    steps += 1
                    if case .record(.playback(let event)) = step.effect, event.final { ends += 1 }
                }
            }
        }
        print("MEASURED a year of \(nodes.count) nodes in \(time): \(ends) occurrences, \(steps) steps")
    }
}
