import CRealtime
import Testing

@testable import Rendering

/// What the limiter does where commands take effect in the middle of what was rendered already: from there on the mix is another
/// one than it had looked ahead at.
@Suite struct SpliceTests {
    private static let ceiling: Float = 0.891_250_94

    /// A loud voice in stereo, its channels unlike, which can be repeated without a seam.
    private static func loud(_ loop: [Float], peak: Float) -> [Float] {
        let gain = peak / (loop.map(abs).max() ?? 1)
        return loop.indices.flatMap { [loop[$0] * gain, loop[($0 + 7001) % loop.count] * gain * 0.9] }
    }

    /// What came out, what went in (the same mix without a limiter), and where the splices are.
    private struct Take {
        var output: [Float] = []
        var mix: [Float] = []
        var splices: [Int] = []
    }

    /// Loud music, interrupted by a louder voice that begins at once, as the node does it.
    private func play(_ interruptions: Int, dice: inout Dice) -> Take {
        var limited = Rig(ceiling: Self.ceiling)
        var plain = Rig()
        let music = Self.loud(Wave.music, peak: 0.85)
        let speech = Self.loud(Wave.speech, peak: 1.2)
        var take = Take()
        var written = [Int](repeating: 0, count: Renderer.slots)
        func fill(_ slot: Int, _ loop: [Float]) {
            while limited.link.ring(slot).writable > 0, plain.link.ring(slot).writable > 0 {
                let at = written[slot] % (loop.count / 2)
                let room = min(limited.link.ring(slot).writable, plain.link.ring(slot).writable)
                let count = min(loop.count / 2 - at, room)
                for ring in [limited.link.ring(slot), plain.link.ring(slot)] {
                    ring.write(loop.span.extracting(at * 2..<(at + count) * 2), channels: 2, gain: 1)
                }
                written[slot] += count
            }
        }
        func send(_ kind: RenderCommand.Kind, _ slot: Int, gain: Float = 1, ramp: RampShape) {
            limited.send(kind, slot, gain: gain, ramp: ramp)
            plain.send(kind, slot, gain: gain, ramp: ramp)
            if take.splices.last != take.output.count / 2 { take.splices.append(take.output.count / 2) }
        }
        func wait(_ frames: Int) {
            fill(0, music)
            let due = take.output.count / 2 + frames
            let more = frames + Int.random(in: 0...1200, using: &dice)
            take.output += limited.render(more)
            take.mix += plain.render(more)
            for frame in [Int64(max(0, due - 240))] {
                _ = limited.hear(frame)
                _ = plain.hear(frame)
            }
            #expect(limited.renderer.rewind(to: Int64(due)) == due)
            #expect(plain.renderer.rewind(to: Int64(due)) == due)
            take.output.removeLast(take.output.count - due * 2)
            take.mix.removeLast(take.mix.count - due * 2)
        }
        func attach(_ slot: Int) {
            for ring in [limited.link.ring(slot), plain.link.ring(slot)] { ring.reset() }
            // Anywhere within it, so that it is loud at once or a little later.
            written[slot] = Int.random(in: 0..<speech.count / 2, using: &dice)
            fill(slot, speech)
            limited.attach(slot, [], isWhole: false, isFresh: false)
            plain.attach(slot, [], isWhole: false, isFresh: false)
        }
        let fade = RampShape(frames: 480, curve: .equalPower)
        limited.attach(0, [], isWhole: false)
        plain.attach(0, [], isWhole: false)
        send(.start, 0, ramp: .immediate)
        for count in 0..<interruptions {
            let slot = 1 + count % (Renderer.slots - 1)
            attach(slot)
            wait(Int.random(in: 1000...4000, using: &dice))
            let isDucked = Bool.random(using: &dice)
            if isDucked {
                send(.level, 0, gain: 0.25, ramp: RampShape(frames: 960, curve: .linear))
            } else {
                send(.pause, 0, ramp: fade)
            }
            let begins = Bool.random(using: &dice) ? RampShape.immediate : fade
            send(.start, slot, ramp: begins)
            wait([1, 10, 30, 60, 500].randomElement(using: &dice) ?? 1)
            send(.stop, slot, ramp: fade)
            if isDucked {
                send(.level, 0, ramp: RampShape(frames: 14_400, curve: .linear))
            } else {
                send(.resume, 0, ramp: fade)
            }
        }
        wait(2000)
        return take
    }

    /// What each frame of the mix needs, as the limiter judges it: the samples, and the points between them.
    private func reductions(_ mix: [Float]) -> [Double] {
        let frames = mix.count / 2
        let padded = [Float](repeating: 0, count: 32) + mix + [Float](repeating: 0, count: 32)
        var between = [Float](repeating: 0, count: (frames + 1) * 2)
        var reductions = [Float](repeating: 1, count: frames)
        unsafe padded.withUnsafeBufferPointer { padded in
            guard let base = padded.baseAddress else { return }
            unsafe realtime_between(&between, base + 30, 2, (frames + 1) * 2)
            _ = unsafe realtime_reductions(&reductions, base + 32, between, Self.ceiling, 0.13, 2, frames)
        }
        return reductions.map(Double.init)
    }

    @Test(arguments: 1...3)
    func `at a splice the gain moves no faster than it must, and no peak passes the ceiling`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let take = play(60, dice: &dice)
        let frames = take.output.count / 2
        let needed = reductions(take.mix)
        // The gain can only be told where there is signal.
        let gains = (0..<frames).map { frame -> Double? in
            let index = abs(take.mix[frame * 2]) > abs(take.mix[frame * 2 + 1]) ? frame * 2 : frame * 2 + 1
            return abs(take.mix[index]) > 0.01 ? Double(take.output[index]) / Double(take.mix[index]) : nil
        }
        var allowed = [Double](repeating: 1.0 / 64 + 1e-4, count: frames)
        var led = 0
        for (number, splice) in take.splices.enumerated() where splice > 0 && splice + 300 < frames {
            // Peaks that were due after the splice, and were taken back by another soon after, are not known here.
            let isAlone = number + 1 == take.splices.count || take.splices[number + 1] - splice >= 64
            let from = (splice - 1..<splice).lazy.compactMap { gains[$0] }.first
            for frame in splice..<splice + 64 {
                guard isAlone, let from else {
                    allowed[frame] = .infinity
                    continue
                }
                let steepest = (1...64).map { (from - needed[splice - 1 + $0]) / Double($0) }.max() ?? 0
                allowed[frame] += max(0, steepest)
                if frame == splice, steepest > 0.001, steepest < 0.05 { led += 1 }
            }
        }
        for frame in 1..<frames {
            guard let last = gains[frame - 1], let gain = gains[frame] else { continue }
            if abs(gain - last) > allowed[frame] {
                Issue.record("the gain moves by \(gain - last), not \(allowed[frame]), at frame \(frame)")
            }
        }
        // Splices at which the gain had to move, and had the time to.
        #expect(led >= 3, "\(led)")
        for splice in take.splices where splice > 200 && splice + 200 < frames {
            for channel in 0..<2 {
                let part = (splice - 200..<splice + 200).map { take.output[$0 * 2 + channel] }
                let peak = Decibels.level(TruePeak.of(part, within: 160..<270))
                if peak > -1 { Issue.record("\(peak) dBTP at the splice at frame \(splice)") }
            }
        }
    }
}
