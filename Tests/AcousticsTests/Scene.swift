import Acoustics
import Foundation

/// What a microphone hears, put together.
struct Scene {
    static let rate = 16_000.0
    var sound: [Float]
    private var dice: Dice

    init(seconds: Double = 3, seed: UInt64 = 1) {
        sound = [Float](repeating: 0, count: Int(seconds * Self.rate))
        dice = Dice(seed: seed)
    }

    /// The root of the mean square of the self-test's sweep at 0 dBFS.
    static let sweepLevel = 20 * log10(0.5.squareRoot())

    /// Adds `samples` from `seconds` on, `decibels` louder than they are.
    func adding(_ samples: [Float], at seconds: Double, decibels: Double = 0) -> Scene {
        var scene = self
        let first = Int(seconds * Self.rate)
        let factor = Float(pow(10, decibels / 20))
        for (offset, sample) in samples.enumerated() where first + offset < sound.count {
            scene.sound[first + offset] += sample * factor
        }
        return scene
    }

    /// Adds white noise of the RMS level `decibels` in dBFS.
    func noise(_ decibels: Double) -> Scene {
        var scene = self
        let factor = pow(10, decibels / 20)
        for frame in sound.indices { scene.sound[frame] += Float(scene.dice.normal() * factor) }
        return scene
    }

    /// Noise whose level falls by 6 dB an octave above 100 Hz, as wind and engines make it.
    func rumble(_ decibels: Double) -> Scene {
        var scene = self
        let pole = exp(-2 * Double.pi * 100 / Self.rate)
        let factor = pow(10, decibels / 20) * (1 - pole * pole).squareRoot()
        var last = 0.0
        for frame in sound.indices {
            last = pole * last + scene.dice.normal() * factor
            scene.sound[frame] += Float(last)
        }
        return scene
    }

    func clipped(at level: Float) -> Scene {
        var scene = self
        scene.sound = sound.map { min(max($0, -level), level) }
        return scene
    }

    /// As 16 bits carry it.
    var quantised: Scene {
        var scene = self
        scene.sound = sound.map { ($0 * 32_768).rounded() / 32_768 }
        return scene
    }

    static func sweep(
        _ frequencies: ClosedRange<Double> = ExponentialSweep.selfTest.frequencies,
        seconds: Double = ExponentialSweep.selfTest.duration
    ) -> [Float] {
        ExponentialSweep(frequencies: frequencies, duration: seconds).samples(rate: rate)
    }

    func finding(rate: Double = Scene.rate) -> SweepFinding {
        SweepDetector(.selfTest).find(in: sound, rate: rate)
    }
}
