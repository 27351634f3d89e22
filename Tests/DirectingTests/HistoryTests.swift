import Broadcasting
import Directing
import FoundationEssentials
import Testing

/// Random lives of a node. `LOA_DIRECTOR_EVENTS` sets how many events they have in all, `LOA_DIRECTOR_SEED` the first seed: the same
/// each time unless it is set, since a change is to be judged by what it changes.
@Suite struct HistoryTests {
    static let environment = ProcessInfo.processInfo.environment

    static var events: Int {
        #if DEBUG
            let usual = 60_000
        #else
            let usual = 1_000_000
        #endif
        return environment["LOA_DIRECTOR_EVENTS"].flatMap(Int.init) ?? usual
    }

    static let eventsOfOne = 2_000

    @Test func `whatever happens, each due cue ends once, none sounds twice, and no emergency waits`() throws {
        let first = Self.environment["LOA_DIRECTOR_SEED"].flatMap { UInt64($0) } ?? 1
        print("histories: \(Self.events) events from LOA_DIRECTOR_SEED=\(first)")
        var told = 0
        var ends: [String: Int] = [:]
        var seed = first
        while told < Self.events {
            var history = History(seed: seed)
            history.live(events: Self.eventsOfOne)
            told += history.world.eventCount
            for end in history.world.terminal.values {
                ends["\(end.cue.kind) \(end.kind) \(end.reason?.code.rawValue ?? "")", default: 0] += 1
            }
            if !history.world.violations.isEmpty { Self.tell(seed: seed) }
            try #require(history.world.violations.isEmpty, "LOA_DIRECTOR_SEED=\(seed): \(history.world.violations)")
            seed &+= 1
        }
        print(ends.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "))
        // A history in which something never happens proves nothing about it.
        for item in ["broadcast", "programme"] {
            for kind in ["finished", "interrupted", "stopped", "refused", "missed", "failed"] {
                let words = "\(item) \(kind)"
                #expect(ends.contains { $0.key.hasPrefix(words) && $0.value > 0 }, "no \(words)")
            }
        }
    }

    /// Lives a history again, and prints how it ended, and all events and effects that name `LOA_DIRECTOR_ABOUT`.
    private static func tell(seed: UInt64) {
        var history = History(seed: seed, keepsLog: true)
        history.live(events: eventsOfOne)
        let about = environment["LOA_DIRECTOR_ABOUT"]
        for (index, step) in history.world.log.enumerated() {
            let isLate = index >= history.world.log.count - 40
            let effects = step.effects.map { "    \($0)" }.filter { line in
                about.map { line.contains($0) } ?? false || isLate
            }
            let words = "\(step.event)"
            guard isLate || !effects.isEmpty || about.map({ words.contains($0) }) ?? false else { continue }
            let trust = step.now.clockTrusted ? "trusted" : "untrusted"
            print("\(step.now.wall) (\(trust)) \(step.now.monotonic / 1_000_000) ms: \(words)")
            for line in effects { print(line) }
        }
    }
}
