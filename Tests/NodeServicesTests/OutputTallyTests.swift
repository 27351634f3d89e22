import Broadcasting
import Playout
import Testing

@testable import NodeServices

@Suite struct OutputTallyTests {
    private let second: Int64 = 1_000_000_000

    @Test func `a bad contact makes one record a minute, the last of which says how it is`() {
        var tally = OutputTally()
        tally.note(.outputFault, of: .amplifier, "no such line")
        #expect(tally.due(boot: 0).map(\.kind) == [.outputFault])
        tally.note(.outputRestored, of: .amplifier, "again")
        tally.note(.outputFault, of: .amplifier, "no such line")
        tally.note(.outputFault, of: .volume, "no such element")
        #expect(tally.due(boot: second).map { $0.reason?.code } == [ReasonCode(rawValue: "volume")])
        #expect(tally.due(boot: 59 * second).isEmpty)
        let later = tally.due(boot: 60 * second)
        #expect(later.map(\.kind) == [.outputFault])
        #expect(later.first?.count == 2)
        #expect(later.first?.reason?.text == "no such line")
        #expect(tally.due(boot: 600 * second).isEmpty)
        tally.note(.outputRestored, of: .amplifier, "again")
        #expect(tally.due(boot: .max).map(\.kind) == [.outputRestored])
    }
}
