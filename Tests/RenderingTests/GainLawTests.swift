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
    ///
    /// A voice of one channel goes to both of the device, one of two to the mean of both where the device has one.
    @Test(arguments: 1...24, [(device: 1, voice: 1), (1, 2), (2, 1), (2, 2)])
    func `after any history with rewinds the output is the sum of sources times gains, within -120 dB`(
        seed: UInt64, channels: (device: Int, voice: Int)
    ) {
        var dice = Dice(seed: seed)
        let total = channels == (1, 1) ? 12_000 : 6000
        var rig = Rig(channels: channels.device)
        // One for each channel of the device.
        var references = [MixReference](repeating: MixReference(), count: channels.device)
        let count = Int.random(in: 2...Renderer.slots, using: &dice)
        for slot in 0..<count {
            let source = dice.noise(Int.random(in: 1000...10_000, using: &dice) * 2, peak: 0.1)
            let gain = Float.random(in: 0...2, using: &dice)
            rig.attach(slot, source, channels: channels.voice, gain: gain)
            for channel in references.indices {
                let part = Self.channel(channel, of: channels.device, source, of: channels.voice)
                references[channel].attach(MixReference.Voice(slot, part, gain: Double(gain)))
            }
        }
        var script: [Step] = []
        var lastCommand = [Int](repeating: -1, count: count)
        var output: [Float] = []
        var fixed = 0
        while output.count < total * channels.device {
            let frames = output.count / channels.device
            switch Int.random(in: 0..<10, using: &dice) {
            case 0..<4:
                output += rig.renderPlacing(Int.random(in: 1...1500, using: &dice))
            case 4:
                // The device has played some of it.
                fixed = Int.random(in: fixed...frames, using: &dice)
                _ = rig.hear(Int64(fixed))
            case 5, 6:
                guard frames > fixed else { break }
                let frame = Int.random(in: fixed..<frames, using: &dice)
                #expect(rig.renderer.rewind(to: Int64(frame)) == frame)
                output.removeLast((frames - frame) * channels.device)
            default:
                let slot = Int.random(in: 0..<count, using: &dice)
                guard lastCommand[slot] < frames else { break }
                lastCommand[slot] = frames
                let kinds: [RenderCommand.Kind] = [.start, .start, .pause, .resume, .resume, .level, .level, .stop]
                let kind = kinds.randomElement(using: &dice) ?? .start
                if kind == .stop, Bool.random(using: &dice) { break }
                let length = [0, 1, 240, 960, 5000].randomElement(using: &dice) ?? 0
                let ramp = RampShape(
                    frames: length == 0 ? 0 : Int.random(in: 1...length, using: &dice),
                    curve: Bool.random(using: &dice) ? .linear : .equalPower)
                var start: Int?
                if kind == .start, Bool.random(using: &dice) {
                    start = frames + Int.random(in: 0...4000, using: &dice)
                }
                let gain = Float.random(in: 0...2, using: &dice)
                rig.send(
                    kind, slot, channels: channels.voice, gain: gain, ramp: ramp,
                    instant: start.map { Int64($0) * 1_000_000_000 / 48_000 + 5000 } ?? RenderCommand.immediately)
                script.append(
                    Step(frame: frames, kind: kind, slot: slot, gain: gain, ramp: ramp, start: start))
                fixed = frames + 1
                output += rig.renderPlacing(1)
            }
        }
        var worst = (error: 0.0, frame: 0)
        var next = 0
        for frame in 0..<total {
            while next < script.count, script[next].frame == frame {
                let step = script[next]
                for channel in references.indices {
                    references[channel].apply(
                        step.kind, step.slot, gain: Double(step.gain), ramp: step.ramp, start: step.start)
                }
                next += 1
            }
            for channel in references.indices {
                let error = abs(Double(output[frame * channels.device + channel]) - references[channel].next())
                if error > worst.error { worst = (error, frame) }
            }
        }
        #expect(worst.error < 1e-6, "seed \(seed), \(channels), frame \(worst.frame)")
    }

    /// What of a voice of so many channels goes to one of the device's.
    private static func channel(_ channel: Int, of device: Int, _ source: [Float], of voice: Int) -> [Float] {
        if voice == 1 { return source }
        return stride(from: 0, to: source.count, by: 2).map { index in
            device == 2 ? source[index + channel] : (source[index] + source[index + 1]) / 2
        }
    }
}
