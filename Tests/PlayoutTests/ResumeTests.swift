import RuntimeSupport
import Testing

@testable import Playout
@testable import Rendering

/// Where a voice goes on that was paused, to the frame, and what is told of it.
@Suite struct ResumeTests {
    private let id = VoiceID(1)
    private static let second = Rig.rate

    /// A rig on which a second of a voice was heard.
    private func rig(seconds: Int = 5) throws -> Rig {
        let rig = try Rig()
        rig.loadPlaces(id, frames: seconds * Self.second)
        rig.control.start(id, at: .now, ramp: nil)
        rig.play(Self.second)
        #expect(rig.places(0..<Self.second) == Array(1...Self.second))
        return rig
    }

    /// How far what sounds in `range` is from where it would be, had the voice sounded from the rig's first frame on; nil where it is
    /// not the same everywhere.
    private func shift(_ rig: Rig, _ range: Range<Int>) -> Int? {
        let shifts = Set(zip(range, rig.places(range)).map { $1 - 1 - $0 })
        return shifts.count == 1 ? shifts.first : nil
    }

    private func paused(_ events: [PlayerEvent]) -> [Int64] {
        events.compactMap { if case .paused(id, let heard) = $0 { heard } else { nil } }
    }

    @Test(arguments: [ResumePoint.heard, .liveEdge], [false, true])
    func `what is resumed before it has fallen silent goes on, and nothing is left out`(
        point: ResumePoint, wasPaused: Bool
    ) throws {
        let rig = try rig()
        if wasPaused {
            rig.control.pause(id, ramp: 0)
            rig.play(480)
            rig.control.resume(id, from: .heard, ramp: 0)
            rig.decode()
            rig.play(Self.second)
            #expect(paused(rig.takeEvents()) == [Int64(Self.second)])
        }
        rig.decode()
        rig.control.pause(id, ramp: 0.01)
        rig.play(240)
        rig.control.resume(id, from: point, ramp: 0.01)
        for _ in 0..<6 {
            rig.decode()
            rig.play(Self.second)
        }
        let end = try #require(rig.end(of: id))
        #expect(end.completion == .finished)
        #expect(end.framesDue == 5 * 48_000 && end.framesHeard == end.framesDue && end.framesSkipped == 0)
    }

    @Test func `what begins anew before it has fallen silent leaves in a fade`() throws {
        let rig = try Rig()
        // Nowhere a step but in the wrong place: it rises over a tenth of a second.
        rig.load(id, (0..<5 * Self.second).map { min(Float($0) / 4_800, 1) * 0.5 })
        rig.control.start(id, at: .now, ramp: nil)
        rig.play(Self.second)
        rig.control.pause(id, ramp: 0.01)
        rig.play(240)
        rig.control.resume(id, from: .beginning, ramp: 0)
        rig.decode()
        rig.play(Self.second)
        let steps = zip(rig.heard, rig.heard.dropFirst()).map { abs($1 - $0) }
        #expect(try #require(steps.max()) < 0.003)
        #expect(rig.heard.last == 0.5)
    }

    @Test func `what begins anew is whole from its first sample on`() throws {
        let rig = try Rig()
        rig.load(id, [Float](repeating: 0.5, count: 5 * Self.second))
        rig.control.start(id, at: .now, ramp: nil)
        rig.play(Self.second)
        rig.control.pause(id, ramp: 0.01)
        rig.play(4_800)
        rig.control.resume(id, from: .beginning, ramp: nil)
        rig.decode()
        rig.play(Self.second)
        #expect(rig.heard.suffix(Self.second).allSatisfy { $0 == 0.5 })
        // In the midst of its sound it comes in over 10 ms.
        rig.control.pause(id, ramp: 0.01)
        rig.play(4_800)
        rig.control.resume(id, from: .heard, ramp: nil)
        rig.play(480)
        let fade = rig.heard.suffix(480)
        #expect(fade.first == 0 && zip(fade, fade.dropFirst()).allSatisfy { $1 > $0 })
    }

    @Test(arguments: [0, 1, 777, 100_003])
    func `at the live edge it is where it would be by then, to the frame`(silence: Int) throws {
        let rig = try rig(seconds: 8)
        // Control looks at what happened some time later.
        rig.isTelling = false
        rig.control.pause(id, ramp: 0)
        rig.play(1_000 + silence)
        rig.isTelling = true
        rig.tell()
        rig.control.resume(id, from: .liveEdge, ramp: 0)
        rig.decode()
        rig.play(Self.second)
        let now = rig.heard.count
        #expect(abs(try #require(shift(rig, now - 4_800..<now))) <= 1)
        // It fell silent once, and sounds again since the first of these frames.
        let first = try #require(rig.places(Self.second..<now).firstIndex { $0 > 0 }) + Self.second
        #expect(shift(rig, first..<now) != nil)
        let events = rig.takeEvents()
        #expect(paused(events) == [Int64(Self.second)])
        #expect(
            events.contains { if case .resumed(id, _, let place) = $0 { abs(Int(place) - first) <= 1 } else { false } })
        for _ in 0..<8 {
            rig.decode()
            rig.play(Self.second)
        }
        let end = try #require(rig.end(of: id))
        #expect(end.completion == .finished)
        #expect(end.framesHeard + end.framesSkipped == end.framesDue && end.framesDue == 8 * 48_000)
        #expect(abs(Int(end.framesSkipped) - (first - Self.second)) <= 1)
    }

    @Test func `a file that takes long to open is at its live edge all the same`() throws {
        let rig = try rig(seconds: 8)
        rig.control.pause(id, ramp: 0)
        rig.play(4_800)
        rig.control.resume(id, from: .liveEdge, ramp: 0)
        rig.play(30_000)
        rig.decode()
        rig.play(4_800)
        for _ in 0..<2 {
            rig.decode()
            rig.play(Self.second)
        }
        let now = rig.heard.count
        #expect(abs(try #require(shift(rig, now - 4_800..<now))) <= 1)
    }

    @Test func `what is stopped while its deck is still being filled does not come back at its live edge`() throws {
        let rig = try rig(seconds: 8)
        rig.control.pause(id, ramp: 0)
        rig.play(4_800)
        rig.control.resume(id, from: .liveEdge, ramp: 0)
        let voice = try #require(rig.control.state.withLock { $0.voices[id] })
        rig.control.deck(voice.deck, opened: 1, layout: try #require(voice.layout))
        // So long that its edge is out of date.
        rig.play(Self.second)
        rig.control.stop(id, ramp: 0)
        rig.control.deckIsPrimed(voice.deck)
        let now = rig.heard.count
        for _ in 0..<3 {
            rig.play(Self.second)
            rig.decode()
        }
        #expect(rig.heard[now...].allSatisfy { $0 == 0 })
        let end = try #require(rig.end(of: id))
        #expect(end.completion == .stopped && end.framesHeard == 48_000)
        #expect(rig.control.state.withLock { $0.freeSlots.count } == 16)
    }

    @Test func `past its end the live edge is its end`() throws {
        let rig = try rig(seconds: 3)
        rig.control.pause(id, ramp: 0)
        rig.play(5 * Self.second)
        rig.control.resume(id, from: .liveEdge, ramp: 0)
        rig.decode()
        rig.play(Self.second)
        let end = try #require(rig.end(of: id))
        #expect(end.completion == .finished)
        #expect(end.framesDue == 3 * 48_000 && end.framesHeard == 48_000 && end.framesSkipped == 2 * 48_000)
    }

    @Test func `what is paused before it sounds again keeps the place where it fell silent, and falls silent once`()
        throws
    {
        let rig = try rig(seconds: 8)
        rig.control.pause(id, ramp: 0)
        rig.play(4_800)
        for _ in 0..<2 {
            // Once before it is decoded, once when it waits for its instant.
            rig.control.resume(id, from: .liveEdge, ramp: 0)
            rig.control.pause(id, ramp: 0)
            rig.decode()
            rig.play(4_800)
            rig.control.resume(id, from: .liveEdge, ramp: 0)
            rig.decode()
            rig.play(480)
            rig.control.pause(id, ramp: 0)
            rig.play(4_800)
        }
        #expect(paused(rig.takeEvents()) == [Int64(Self.second)])
        rig.control.resume(id, from: .liveEdge, ramp: 0)
        rig.decode()
        rig.play(Self.second)
        let now = rig.heard.count
        #expect(abs(try #require(shift(rig, now - 4_800..<now))) <= 1)
        rig.control.pause(id, ramp: 0)
        rig.play(480)
        let heard = rig.places(0..<rig.heard.count).count { $0 > 0 }
        #expect(paused(rig.takeEvents()) == [Int64(heard)])
    }

    @Test func `where nothing may be missed it goes on at the first frame not heard, whatever was asked before`() throws
    {
        let rig = try rig()
        rig.control.pause(id, ramp: 0)
        rig.play(4_800)
        rig.control.resume(id, from: .liveEdge, ramp: 0)
        rig.control.pause(id, ramp: 0)
        rig.control.resume(id, from: .heard, ramp: 0)
        for _ in 0..<6 {
            rig.decode()
            rig.play(Self.second)
        }
        let sounded = rig.places(0..<rig.heard.count).filter { $0 > 0 }
        #expect(sounded == Array(1...5 * Self.second))
        #expect(rig.end(of: id)?.framesSkipped == 0)
    }

    @Test func `what was heard is told though the voice ends between two decks`() throws {
        let peak = Decibels.level(Double(Self.second) / Double(1 << 20))
        // It is stopped before it is decoded again; finds no room; or the player ends.
        for way in 0..<3 {
            let rig = try rig()
            rig.control.pause(id, ramp: 0)
            rig.play(480)
            if way == 1 { for other in 2...16 as ClosedRange<UInt64> { rig.loadPlaces(VoiceID(other), frames: 4_800) } }
            rig.control.resume(id, from: .liveEdge, ramp: 0)
            if way == 0 { rig.control.stop(id, ramp: 0) }
            if way == 2 { rig.control.state.withLock { rig.control.close(&$0) } }
            let end = try #require(rig.end(of: id))
            #expect(end.completion == (way == 1 ? .failed("more than 16 voices") : .stopped))
            #expect(end.framesHeard == 48_000 && end.framesDue == 5 * 48_000)
            #expect(abs(end.peak - peak) < 0.001)
        }
    }
}
