import Testing

@testable import Rendering

@Suite struct LevelTests {
    /// Plays `samples` of stereo in the way of a device, with a rewind at each step, and gives the levels each tenth of a
    /// second.
    private func levels(
        _ samples: [Float], rate: Int = 48_000, rewinds: Bool = true
    ) -> (OutputLevels, rig: (loudest: Double, silent: OutputLevels)) {
        var rig = Rig(rate: rate)
        rig.attach(0, [], isWhole: false)
        rig.send(.start, 0)
        var written = 0
        var loudest = -Double.infinity
        var last = OutputLevels.silence
        let frames = samples.count / 2
        while written < frames {
            let count = min(rig.link.ring(0).writable, frames - written, 12_000)
            rig.link.ring(0).write(samples.span.extracting(written * 2..<(written + count) * 2), channels: 2, gain: 1)
            written += count
            let heard = max(0, written - 6000)
            _ = rig.render(written - 100 - Int(rig.renderer.frontier))
            _ = rig.hear(Int64(heard))
            if rewinds { rig.renderer.rewind(to: Int64(heard)) }
            last = rig.link.levels
            loudest = max(loudest, last.peak)
        }
        rig.link.ring(0).finish()
        _ = rig.render(written + 4800 - Int(rig.renderer.frontier))
        _ = rig.hear(Int64(written + 4800))
        return (last, (loudest, rig.link.levels))
    }

    private func tone(_ frequency: Double, _ gain: Double, seconds: Double, rate: Int = 48_000) -> [Float] {
        (0..<Int(seconds * Double(rate))).flatMap { frame -> [Float] in
            let sample = Float(gain * Wave.sine(Double(frame) * frequency / Double(rate)))
            return [sample, sample]
        }
    }

    /// Test signal 1 and 2 of EBU Tech 3341: a stereo tone of 1000 Hz at −23 and −33 dBFS is as many LUFS, within 0.1.
    @Test(arguments: [-23.0, -33.0], [44_100, 48_000, 96_000])
    func `a stereo tone of 1 kHz reads as EBU Tech 3341 says`(level: Double, rate: Int) {
        let (levels, _) = levels(tone(1000, Decibels.factor(level), seconds: 3.6, rate: rate), rate: rate)
        #expect(abs(levels.loudness - level) < 0.1)
        #expect(abs(levels.peak - level) < 0.01)
        #expect(abs(levels.rms - (level - 3.01)) < 0.01)
    }

    @Test func `what is rendered again counts once`() {
        var dice = Dice(seed: 8)
        let noise = dice.noise(200_000 * 2)
        let (plain, _) = levels(noise, rewinds: false)
        let (rewound, _) = levels(noise, rewinds: true)
        #expect(plain == rewound)
        #expect(plain.loudness.isFinite)
    }

    @Test func `what was rendered and taken back before it was heard does not count`() {
        var rig = Rig()
        rig.attach(0, tone(1000, 0.01, seconds: 0.5))
        rig.attach(1, tone(1000, 0.9, seconds: 0.5))
        rig.send(.start, 0)
        _ = rig.render(2000)
        rig.send(.start, 1)
        _ = rig.render(10_000)
        _ = rig.hear(2000)
        #expect(rig.renderer.rewind(to: 2000) == 2000)
        rig.send(.stop, 1)
        _ = rig.render(10_000)
        _ = rig.hear(12_000)
        #expect(abs(rig.link.levels.peak - -40) < 0.1)
    }

    @Test func `silence shows nothing`() {
        let (levels, end) = levels(tone(1000, 0.5, seconds: 0.5))
        #expect(levels.loudness > -30)
        #expect(end.silent == .silence)
        #expect(RenderLink().levels == .silence)
    }
}
