import Testing

@testable import Rendering

/// Commands that are tried at a frame, given back, and take effect at a later one, as where the device has come too near meanwhile.
@Suite struct TriedCommandTests {
    private static let fade = RampShape(frames: 480, curve: .equalPower)

    /// Loud enough together that the limiter is at work now and then.
    private static func loud(_ loop: [Float], peak: Float) -> [Float] {
        let gain = peak / (loop.map(abs).max() ?? 1)
        return loop.flatMap { [$0 * gain, $0 * gain * 0.8] }
    }

    private static let music = loud(Wave.music, peak: 0.85)
    private static let speech = loud(Wave.speech, peak: 1.1)

    private static func rig() -> Rig {
        var rig = Rig(ceiling: 0.891)
        rig.attach(0, music)
        rig.attach(1, speech)
        rig.send(.start, 0)
        return rig
    }

    private static func commands(_ round: Int) -> [RenderCommand] {
        let duck = RampShape(frames: 960, curve: .linear)
        return switch round % 4 {
        case 0: [RenderCommand(.pause, slot: 0, ticket: 1, ramp: fade), RenderCommand(.start, slot: 1, ticket: 2)]
        case 1:
            [
                RenderCommand(.pause, slot: 1, ticket: 2, ramp: fade),
                RenderCommand(.resume, slot: 0, ticket: 1, ramp: fade),
            ]
        case 2:
            [
                RenderCommand(.level, slot: 0, ticket: 1, gain: 0.3, ramp: duck),
                RenderCommand(.resume, slot: 1, ticket: 2, ramp: fade),
            ]
        default:
            [
                RenderCommand(.pause, slot: 1, ticket: 2),
                RenderCommand(.level, slot: 0, ticket: 1, gain: 1, ramp: duck),
                RenderCommand(.pause, slot: 0, ticket: 1), RenderCommand(.resume, slot: 0, ticket: 1),
            ]
        }
    }

    @Test(arguments: 1...4)
    func `what was tried in vain leaves no trace`(seed: UInt64) {
        var dice = Dice(seed: seed)
        var tried = Self.rig()
        var plain = Self.rig()
        var (left, right) = (tried.render(3000), plain.render(3000))
        var (events, expected) = (tried.hear(1000), plain.hear(1000))
        for round in 0..<24 {
            let frontier = Int(tried.renderer.frontier)
            var target = Int64(frontier - Int.random(in: 1200...2000, using: &dice))
            for command in Self.commands(round) {
                precondition(tried.link.send(command))
                precondition(plain.link.send(command))
            }
            tried.renderer.rewind(to: target)
            for _ in 0..<Int.random(in: 1...3, using: &dice) {
                tried.renderer.tryCommands()
                _ = tried.render(Int.random(in: 1...700, using: &dice))
                tried.renderer.returnCommands()
                let frontier = tried.renderer.frontier
                let hasCommands = tried.renderer.hasCommands
                #expect(frontier == target)
                #expect(hasCommands)
                // On to the next frame, by what the device has.
                let ahead = Int.random(in: 0...400, using: &dice)
                let held = tried.render(ahead)
                let from = Int(target) * 2
                #expect(held == Array(left[from..<from + ahead * 2]), "round \(round)")
                target += Int64(ahead)
            }
            tried.renderer.takeCommands()
            let hasCommands = tried.renderer.hasCommands
            #expect(!hasCommands)
            plain.renderer.rewind(to: target)
            plain.renderer.takeCommands()
            left.removeLast(left.count - Int(target) * 2)
            right.removeLast(right.count - Int(target) * 2)
            let more = Int.random(in: 2400...3500, using: &dice)
            left += tried.render(more)
            right += plain.render(more)
            #expect(left == right, "round \(round)")
            let heard = tried.renderer.frontier - 2100
            events += tried.hear(heard)
            expected += plain.hear(heard)
        }
        #expect(events == expected)
        #expect(Set(events.map(\.kind)).isSuperset(of: [.started, .paused, .resumed]))
    }

    @Test func `what was heard to begin is told once, however often it is rendered again`() {
        var rig = Self.rig()
        _ = rig.render(2000)
        #expect(rig.hear(10).map(\.kind) == [.started])
        rig.renderer.rewind(to: 50)
        _ = rig.render(300)
        rig.renderer.rewind(to: 100)
        rig.send(.pause, 0)
        rig.send(.resume, 0)
        _ = rig.render(300)
        #expect(rig.hear(110).map(\.kind) == [.paused, .resumed])
        rig.renderer.rewind(to: 120)
        _ = rig.render(2000)
        #expect(rig.hear(2000).isEmpty)
    }

    @Test func `a voice whose end was told does not come back, and its place may be another's`() {
        var rig = Self.rig()
        rig.attach(2, [Float](repeating: 0.1, count: 200))
        rig.send(.start, 2)
        _ = rig.render(2000)
        #expect(rig.hear(110).map(\.kind) == [.started, .started, .finished])
        // Its place is made ready for the next before that one's command comes.
        rig.link.ring(2).reset()
        rig.renderer.rewind(to: 150)
        _ = rig.render(2000)
        #expect(rig.hear(2000).isEmpty)
        rig.attach(2, [Float](repeating: 0.2, count: 200), isFresh: false)
        rig.send(.start, 2)
        let frontier = rig.renderer.frontier
        _ = rig.render(500)
        let told = rig.hear(frontier + 400)
        #expect(told.map(\.kind) == [.started, .finished])
        #expect(told.last?.heard == 100)
        #expect(told.last?.underrun == 0)
    }

    @Test func `what a command began is told also when the next commands take effect on the same frame`() {
        var rig = Self.rig()
        _ = rig.render(2000)
        rig.send(.pause, 0, ramp: Self.fade)
        _ = rig.render(100)
        rig.send(.resume, 0, ramp: Self.fade)
        rig.send(.level, 0, gain: 0.5)
        _ = rig.render(2000)
        #expect(rig.hear(4000).map(\.kind) == [.started, .resumed])
    }
}
