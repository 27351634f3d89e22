import CRealtime
import Testing

@testable import Rendering

/// A thousand interruptions of music by speech, in every way that a director asks for, each taking effect in the middle of
/// what was already rendered.
@Suite struct ClickTests {
    /// A Butterworth highpass of the fourth order at 10 kHz.
    private struct Treble {
        private struct Stage {
            var b, a1, a2: Double
            var m0 = 0.0
            var m1 = 0.0

            init(q: Double) {
                let k = realtime_tangent(.pi * 10_000 / 48_000)
                let a0 = 1 + k / q + k * k
                b = 1 / a0
                a1 = 2 * (k * k - 1) / a0
                a2 = (1 - k / q + k * k) / a0
            }

            mutating func pass(_ sample: Double) -> Double {
                let input = sample * b
                let value = input + m0
                m0 = -2 * input - a1 * value + m1
                m1 = input - a2 * value
                return value
            }
        }

        private var first = Stage(q: 0.541_196_1)
        private var second = Stage(q: 1.306_563_0)

        mutating func pass(_ sample: Double) -> Double { second.pass(first.pass(sample)) }

        /// What is left of a signal that repeats for ever.
        static func of(_ loop: [Float]) -> [Double] {
            var treble = Treble()
            for sample in loop { _ = treble.pass(Double(sample)) }
            return loop.map { treble.pass(Double($0)) }
        }
    }

    private struct Step {
        var frame: Int
        var kind: RenderCommand.Kind
        var slot: Int
        var gain: Float = 1
        var ramp: RampShape
    }

    /// The shortest ramp, 5 ms.
    private static let shortest = 240

    /// The steepest that a gain moves within such a ramp: that of an equal-power one at its silent end.
    private static let steepest = Double.pi / 2 / Double(shortest)

    /// Plays music and `interruptions`, and returns what came out and what had been asked for.
    private func play(_ interruptions: Int, dice: inout Dice) -> (output: [Float], script: [Step]) {
        var rig = Rig(channels: 1)
        var output: [Float] = []
        var script: [Step] = []
        var written = [Int](repeating: 0, count: Renderer.slots)
        func fill(_ slot: Int, _ loop: [Float], upTo frames: Int) {
            let ring = rig.link.ring(slot)
            while written[slot] < frames, ring.writable > 0 {
                let at = written[slot] % loop.count
                let count = min(loop.count - at, ring.writable, frames - written[slot])
                ring.write(loop.span.extracting(at..<at + count), channels: 1, gain: 1)
                written[slot] += count
            }
        }
        func send(_ kind: RenderCommand.Kind, _ slot: Int, gain: Float = 1, frames: Int? = nil) {
            let ramp = RampShape(
                frames: frames ?? Int.random(in: Self.shortest...600, using: &dice),
                curve: kind == .level ? .linear : .equalPower)
            rig.send(kind, slot, channels: 1, gain: gain, ramp: ramp)
            script.append(Step(frame: output.count, kind: kind, slot: slot, gain: gain, ramp: ramp))
        }
        /// Renders as far as a device's buffer, has some of it played, and takes back the rest.
        func wait(_ frames: Int) {
            fill(0, Wave.music, upTo: .max)
            let due = output.count + frames
            output += rig.render(frames + Int.random(in: 0...1200, using: &dice))
            _ = rig.hear(Int64(max(0, due - 240)))
            #expect(rig.renderer.rewind(to: Int64(due)) == due)
            output.removeLast(output.count - due)
        }
        rig.attach(0, [], channels: 1, isWhole: false)
        send(.start, 0)
        for count in 0..<interruptions {
            let slot = 1 + count % (Renderer.slots - 1)
            rig.link.ring(slot).reset()
            written[slot] = 0
            fill(slot, Wave.speech, upTo: 4000)
            rig.attach(slot, [], channels: 1, isWhole: false, isFresh: false)
            script.append(Step(frame: output.count, kind: .attach, slot: slot, ramp: .immediate))
            wait(Int.random(in: 300...600, using: &dice))
            switch Int.random(in: 0..<3, using: &dice) {
            case 0:
                send(.pause, 0)
                send(.start, slot)
                wait(Int.random(in: 300...600, using: &dice))
                send(.stop, slot)
                send(.resume, 0)
            case 1:
                send(.level, 0, gain: 0.25)
                send(.start, slot)
                wait(Int.random(in: 300...600, using: &dice))
                send(.stop, slot)
                send(.level, 0)
            default:
                // Cancelled while it still comes: both are turned round.
                send(.pause, 0, frames: 600)
                send(.start, slot, frames: 600)
                wait(Int.random(in: 1...500, using: &dice))
                send(.resume, 0)
                send(.stop, slot)
            }
            wait(300)
        }
        return (output, script)
    }

    @Test func `no interruption clicks`() {
        var dice = Dice(seed: 77)
        let (output, script) = play(1000, dice: &dice)
        let loops = [Wave.music, Wave.speech]
        let trebles = loops.map(Treble.of)
        var reference = MixReference()
        reference.attach(MixReference.Voice(0, Wave.music, gain: 1, isEndless: true))
        var treble = Treble()
        /// Sums up to each frame: the energy above 10 kHz of the output, and of the sources with their gains.
        var found = [0.0]
        var own = [0.0]
        var next = 0
        var last = 0.0
        var worst = 0.0
        for frame in output.indices {
            while next < script.count, script[next].frame == frame {
                let step = script[next]
                if step.kind == .attach {
                    reference.attach(MixReference.Voice(step.slot, Wave.speech, gain: 1, isEndless: true))
                } else {
                    reference.apply(step.kind, step.slot, gain: Double(step.gain), ramp: step.ramp)
                }
                next += 1
            }
            var allowed = 1e-5
            var high = 0.0
            let expected = reference.next { slot, position, gain in
                let loop = loops[slot == 0 ? 0 : 1]
                let sample = Double(loop[position])
                let before = Double(loop[position == 0 ? loop.count - 1 : position - 1])
                allowed += abs(sample - before) * gain + abs(before) * Self.steepest * 1.01
                high += trebles[slot == 0 ? 0 : 1][position] * gain
            }
            let sample = Double(output[frame])
            worst = max(worst, abs(sample - expected))
            // Of a voice that has just fallen silent there was a last, nearly silent frame.
            if abs(sample - last) > allowed + Self.steepest {
                Issue.record("a step of \(sample - last) at frame \(frame)")
            }
            last = sample
            let part = treble.pass(sample)
            found.append((found.last ?? 0) + part * part)
            own.append((own.last ?? 0) + high * high)
        }
        #expect(worst < 1e-6)
        for step in script where step.kind != .attach && step.frame > 480 && step.frame + 480 < output.count {
            let range = (step.frame - 480, step.frame + 480)
            let ratio = (found[range.1] - found[range.0]) / (own[range.1] - own[range.0])
            if abs(Decibels.level(ratio) / 2) > 1 {
                Issue.record("\(Decibels.level(ratio) / 2) dB above 10 kHz around the switch at frame \(step.frame)")
            }
        }
    }
}
