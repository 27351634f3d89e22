import Acoustics
import Foundation
import Testing

@Suite struct SweepDetectorTests {
    @Test func `a sweep in silence is heard, at its place and its level`() throws {
        let finding = Scene().adding(Scene.sweep(), at: 0.5, decibels: -20).quantised.finding()
        #expect(finding.isHeard)
        #expect(finding.parts == SweepDetector.parts)
        #expect(abs(try #require(finding.position) - 0.5) < 1 / Scene.rate)
        #expect(abs(try #require(finding.level) - (Scene.sweepLevel - 20)) < 0.3)
        #expect(abs(try #require(finding.peak) + 20) < 0.1)
    }

    @Test func `it is heard in noise that is ten decibels louder, and its level told within a decibel`() throws {
        for seed in UInt64(1)...3 {
            let noise = Scene.sweepLevel - 30 + 10
            let finding = Scene(seed: seed).adding(Scene.sweep(), at: 0.7, decibels: -30).noise(noise).finding()
            #expect(finding.isHeard, "seed \(seed)")
            #expect(abs((finding.position ?? 0) - 0.7) < 0.001, "seed \(seed)")
            #expect(abs((finding.level ?? 0) - (Scene.sweepLevel - 30)) < 1, "seed \(seed): \(finding)")
            // 40 times are 32 dB.
            #expect((finding.prominence ?? 0) > 30, "seed \(seed): \(finding)")
        }
    }

    @Test(arguments: 1...12) func `noise alone stays far below the rule`(seed: UInt64) throws {
        let scene = seed.isMultiple(of: 2) ? Scene(seed: seed).noise(-20) : Scene(seed: seed).rumble(-10).noise(-70)
        let finding = scene.finding()
        #expect(!finding.isHeard, "seed \(seed)")
        #expect(finding.level == nil && finding.position == nil)
        // The highest of 24,000 values of a normal distribution is above 7 standard deviations once in 10⁷ times; 12 are asked for.
        #expect(try #require(finding.prominence) < 20 * log10(7.0), "seed \(seed): \(finding)")
    }

    @Test func `silence holds nothing, and neither does a recording that is shorter than the sweep`() {
        for scene in [Scene(), Scene(seconds: 1).noise(-20), Scene(seconds: 0)] {
            let finding = scene.finding()
            #expect(!finding.isHeard)
            #expect(finding.parts == 0)
        }
        #expect(Scene().finding().peak == nil)
        #expect(!Scene().noise(-96).quantised.finding().isHeard)
    }

    @Test(arguments: [
        ("backwards", Array(Scene.sweep().reversed())),
        ("a second long", Scene.sweep(seconds: 1)),
        ("a little longer", Scene.sweep(seconds: 1.6)),
        ("a little shorter", Scene.sweep(seconds: 1.4)),
        ("from lower", Scene.sweep(200...6000)),
        ("to higher", Scene.sweep(300...7500)),
    ]) func `another sweep, however loud, is not this one`(name: String, sweep: [Float]) {
        let finding = Scene().adding(sweep, at: 0.4).noise(-60).finding()
        #expect(!finding.isHeard, "\(name): \(finding)")
    }

    @Test func `an echo leaves it heard, where its first and loudest arrival is`() throws {
        var dice = Dice(seed: 3)
        var scene = Scene().adding(Scene.sweep(), at: 0.3, decibels: -20)
        // A courtyard: 200 echoes within a second and a half, by 60 dB weaker at its end.
        for _ in 0..<200 {
            let delay = Double.random(in: 0.005..<1.5, using: &dice)
            let sign = Bool.random(using: &dice) ? 0.0 : 3
            scene = scene.adding(Scene.sweep(), at: 0.3 + delay, decibels: -20 - 12 - sign - 40 * delay)
        }
        let finding = scene.noise(-30).finding()
        #expect(finding.isHeard, "\(finding)")
        #expect(abs(try #require(finding.position) - 0.3) < 0.002)
    }

    @Test func `an overdriven microphone leaves it heard, and says that it is overdriven`() throws {
        let finding = Scene().adding(Scene.sweep(), at: 0.2, decibels: 14).clipped(at: 1).noise(-50).finding()
        #expect(finding.isHeard)
        #expect(try #require(finding.peak) > -0.1)
    }

    @Test func `clocks that differ by 300 ppm leave it heard in noise`() {
        let stretched = ExponentialSweep.selfTest.samples(rate: Scene.rate * 1.0003)
        let noise = Scene.sweepLevel - 20 + 10
        let finding = Scene().adding(stretched, at: 0.5, decibels: -20).noise(noise).finding()
        #expect(finding.isHeard, "\(finding)")
    }

    @Test func `half of the range is enough, as a horn carries it`() {
        // From 600 Hz to 4.4 kHz: what the sweep has between these.
        let whole = Scene.sweep()
        let (first, last) = (whole.count * 23 / 100, whole.count * 90 / 100)
        let part = whole.enumerated().map { (first..<last).contains($0.offset) ? $0.element : 0 }
        #expect(Scene().adding(part, at: 0.5, decibels: -20).noise(-40).finding().isHeard)
    }

    @Test(arguments: [1, 2, 3]) func `voices and instruments are not a sweep, and do not hide one`(seed: UInt64) {
        // Glides of vowel-like sounds with many harmonics, each a fifth of a second, some rising and some falling.
        var dice = Dice(seed: seed)
        var scene = Scene(seed: seed)
        for syllable in 0..<14 {
            let (from, to) = (Double.random(in: 90..<260, using: &dice), Double.random(in: 90..<260, using: &dice))
            var phase = 0.0
            let sound = (0..<3200).map { frame -> Float in
                let place = Double(frame) / 3200
                phase += 2 * Double.pi * (from + (to - from) * place) / Scene.rate
                let envelope = sin(Double.pi * place)
                return Float(envelope * (1...20).reduce(0) { $0 + sin(Double($1) * phase) / Double($1) } / 3)
            }
            scene = scene.adding(sound, at: Double(syllable) * 0.21, decibels: -6)
        }
        #expect(!scene.noise(-70).finding().isHeard, "seed \(seed)")
        let with = scene.adding(Scene.sweep(), at: 0.6, decibels: -16).noise(-70).finding()
        #expect(with.isHeard, "seed \(seed): \(with)")
    }

    @Test(arguments: [22_050.0, 44_100, 48_000]) func `any rate of a sound card will do`(rate: Double) throws {
        let sweep = ExponentialSweep.selfTest.samples(rate: rate, level: -20)
        let silence = [Float](repeating: 0, count: Int(rate / 2))
        let finding = SweepDetector(.selfTest).find(in: silence + sweep + silence, rate: rate)
        #expect(finding.isHeard)
        #expect(abs(try #require(finding.position) - 0.5) < 0.0002)
        #expect(abs(try #require(finding.level) - (Scene.sweepLevel - 20)) < 0.3)
    }
}
