import Testing

@testable import Rendering

@Suite struct GainLawTests {
    /// A command with the frame from which on it counts.
    private struct Step {
        var frame: Int
        var kind: RenderCommand.Kind
        var slot: Int
        var gain: Float
        var ramp: RampShape
        var start: Int?
    }

    /// Whatever is asked for, in whatever order, and however often the device's buffer is taken back and rendered again: the
    /// output is the sum of the sources, each times the gains that the commands ask for.
    @Test(arguments: 1...24)
    func `after any history with rewinds the output is the sum of sources times gains, within -120 dB`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let total = 12_000
        var rig = Rig(channels: 1)
        var reference = MixReference()
        let count = Int.random(in: 2...Renderer.slots, using: &dice)
        for slot in 0..<count {
            let source = dice.noise(Int.random(in: 2000...20_000, using: &dice), peak: 0.2)
            let gain = Float.random(in: 0...1, using: &dice)
            rig.attach(slot, source, channels: 1, gain: gain)
            reference.attach(MixReference.Voice(slot, source, gain: Double(gain)))
        }
        var script: [Step] = []
        var lastCommand = [Int](repeating: -1, count: count)
        var output: [Float] = []
        var fixed = 0
        while output.count < total {
            switch Int.random(in: 0..<10, using: &dice) {
            case 0..<4:
                let frames = Int.random(in: 1...1500, using: &dice)
                output += rig.renderPlacing(frames)
            case 4:
                // The device has played some of it.
                fixed = Int.random(in: fixed...output.count, using: &dice)
                _ = rig.hear(Int64(fixed))
            case 5, 6:
                guard output.count > fixed else { break }
                let frame = Int.random(in: fixed..<output.count, using: &dice)
                #expect(rig.renderer.rewind(to: Int64(frame)) == frame)
                output.removeLast(output.count - frame)
            default:
                let slot = Int.random(in: 0..<count, using: &dice)
                guard lastCommand[slot] < output.count else { break }
                lastCommand[slot] = output.count
                let kinds: [RenderCommand.Kind] = [.start, .start, .pause, .resume, .resume, .level, .level, .stop]
                let kind = kinds.randomElement(using: &dice) ?? .start
                if kind == .stop, Bool.random(using: &dice) { break }
                let length = [0, 1, 240, 960, 5000].randomElement(using: &dice) ?? 0
                let ramp = RampShape(
                    frames: length == 0 ? 0 : Int.random(in: 1...length, using: &dice),
                    curve: Bool.random(using: &dice) ? .linear : .equalPower)
                var start: Int?
                if kind == .start, Bool.random(using: &dice) {
                    start = output.count + Int.random(in: 0...4000, using: &dice)
                }
                let gain = Float.random(in: 0...1, using: &dice)
                rig.send(
                    kind, slot, channels: 1, gain: gain, ramp: ramp,
                    instant: start.map { Int64($0) * 1_000_000_000 / 48_000 + 5000 } ?? RenderCommand.immediately)
                script.append(
                    Step(frame: output.count, kind: kind, slot: slot, gain: gain, ramp: ramp, start: start))
                fixed = output.count + 1
                output += rig.renderPlacing(1)
            }
        }
        var worst = (error: 0.0, frame: 0)
        var next = 0
        for frame in 0..<total {
            while next < script.count, script[next].frame == frame {
                let step = script[next]
                reference.apply(step.kind, step.slot, gain: Double(step.gain), ramp: step.ramp, start: step.start)
                next += 1
            }
            let error = abs(Double(output[frame]) - reference.next())
            if error > worst.error { worst = (error, frame) }
        }
        #expect(worst.error < 1e-6, "seed \(seed), frame \(worst.frame)")
    }
}
