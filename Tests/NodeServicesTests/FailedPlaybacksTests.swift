import Broadcasting
import Testing

@testable import NodeServices

@Suite struct FailedPlaybacksTests {
    private func cue(_ id: String, _ number: Int = 0) -> CueID {
        CueID(broadcast: BroadcastID(unchecked: id), number: number)
    }

    @Test func `a failure is told with its reason for a day`() {
        var failures = FailedPlaybacks()
        #expect(failures.faults(boot: 0).isEmpty)
        failures.note(cue("a"), "no frame", boot: 5)
        let told = failures.faults(boot: FailedPlaybacks.duration + 4)
        #expect(told.map(\.part) == ["content"])
        #expect(told.map(\.text) == ["broadcast/a/0 could not be played to its end: no frame"])
        #expect(failures.faults(boot: FailedPlaybacks.duration + 5).isEmpty)
    }

    @Test func `what is heard whole the next time is forgotten, and nothing else`() {
        var failures = FailedPlaybacks()
        failures.note(cue("a"), "x", boot: 0)
        failures.note(cue("b"), "y", boot: 0)
        failures.forget(cue("a", 1))
        #expect(failures.faults(boot: 0).map(\.text) == ["broadcast/b/0 could not be played to its end: y"])
    }

    @Test func `one that fails again and again is told once, and of many the latest`() {
        var failures = FailedPlaybacks()
        for number in 0..<3 { failures.note(cue("a", number), "x", boot: 0) }
        #expect(failures.faults(boot: 0).count == 1)
        for number in 0..<FailedPlaybacks.limit { failures.note(cue("b\(number)"), "x", boot: 0) }
        let told = failures.faults(boot: 0).map(\.text)
        #expect(told.count == FailedPlaybacks.limit)
        #expect(!told.contains { $0.hasPrefix("broadcast/a") })
    }
}
