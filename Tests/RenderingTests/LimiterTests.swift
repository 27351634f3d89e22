import CRealtime
import Testing

@testable import Rendering

@Suite struct LimiterTests {
    private static let ceiling: Float = 0.891_250_94
    private let ceiling = Self.ceiling

    /// Signals that a limiter of sample peaks lets through too loudly.
    enum Hostile: String, CaseIterable, CustomTestStringConvertible {
        case quarterRate, nearQuarterRate, thirdOfRate, sixthOfRate, high, highest, square, fastSquare, noise, pairs

        var testDescription: String { rawValue }

        func samples(_ count: Int) -> [Float] {
            var dice = Dice(seed: 5)
            func tone(_ frequency: Double, phase: Double, gain: Double = 1) -> [Float] {
                (0..<count).map { Float(gain * Wave.sine(Double($0) * frequency / 48_000 + phase)) }
            }
            switch self {
            case .quarterRate: return tone(12_000, phase: 0.125, gain: 1.414)
            case .nearQuarterRate: return tone(11_987, phase: 0.125)
            case .thirdOfRate: return tone(16_000, phase: 1.0 / 12, gain: 1.15)
            case .sixthOfRate: return tone(8000, phase: 1.0 / 12, gain: 1.15)
            case .high: return tone(17_321, phase: 0)
            case .highest: return tone(19_990, phase: 0)
            case .square: return tone(997, phase: 0).map { $0 < 0 ? -1 : 1 }
            case .fastSquare: return tone(4801, phase: 0).map { $0 < 0 ? -1 : 1 }
            case .noise: return dice.noise(count, peak: 1)
            case .pairs: return (0..<count).map { $0 % 97 < 2 ? 1 : 0 }
            }
        }
    }

    @Test(arguments: Hostile.allCases, [1, 4])
    func `no peak between samples passes the ceiling`(signal: Hostile, voices: Int) {
        let samples = signal.samples(4000)
        var rig = Rig(channels: 1, ceiling: ceiling)
        for slot in 0..<voices {
            rig.attach(slot, samples, channels: 1)
            rig.send(.start, slot)
        }
        let peak = TruePeak.of(rig.render(4100))
        #expect(Decibels.level(peak) <= -1, "\(signal) by \(voices) voices")
        #expect(Decibels.level(peak) > -3, "\(signal) by \(voices) voices is turned down more than needed")
    }

    @Test func `what has no true peak above the ceiling is left as it is, to the bit`() {
        var dice = Dice(seed: 1)
        // Noise of a moving mean, and tones, as loud as may be.
        let raw = dice.noise(20_000)
        var smooth = (0..<20_000).map { index in raw[max(0, index - 3)...index].reduce(0, +) }
        for index in smooth.indices { smooth[index] += Float(Wave.sine(Double(index) * 440 / 48_000)) }
        let loudest = TruePeak.of(smooth)
        let samples = smooth.map { $0 * ceiling * 0.99 / Float(loudest) }
        var rig = Rig(channels: 1, ceiling: ceiling)
        rig.attach(0, samples, channels: 1)
        rig.send(.start, 0)
        #expect(rig.render(20_000).elementsEqual(samples))
    }

    @Test func `the points between samples are where a band-limited signal has them`() {
        for frequency in stride(from: 100.0, through: 20_000, by: 199) {
            let samples = (0..<400).map { Float(Wave.sine(Double($0) * frequency / 48_000 + 0.1)) }
            var between = [Float](repeating: 0, count: 300)
            unsafe samples.withUnsafeBufferPointer { samples in
                unsafe between.withUnsafeMutableBufferPointer { between in
                    guard let from = samples.baseAddress, let to = between.baseAddress else { return }
                    unsafe realtime_between(to, from + 50, 1, 300)
                }
            }
            for index in between.indices {
                let expected = (1...3).map {
                    abs(Wave.sine((Double(index + 50) + Double($0) / 4) * frequency / 48_000 + 0.1))
                }
                // 0.06 dB.
                let error = abs(Double(between[index]) - (expected.max() ?? 0))
                if error > 0.007 { Issue.record("\(error) at \(frequency) Hz") }
            }
        }
    }

    @Test func `no point between samples is louder than its bound`() {
        var dice = Dice(seed: 3)
        for _ in 0..<5000 {
            let samples = (0..<16).map { _ -> Float in Bool.random(using: &dice) ? 1 : -1 }
            var value: [Float] = [0]
            unsafe samples.withUnsafeBufferPointer { samples in
                guard let from = samples.baseAddress else { return }
                unsafe realtime_between(&value, from + 7, 1, 1)
            }
            #expect(value[0] <= REALTIME_BETWEEN_BOUND)
        }
        let worst: [Float] = [-1, 1, -1, 1, -1, 1, -1, 1, 1, -1, 1, -1, 1, -1, 1, -1]
        var value: [Float] = [0]
        unsafe worst.withUnsafeBufferPointer { samples in
            guard let from = samples.baseAddress else { return }
            unsafe realtime_between(&value, from + 7, 1, 1)
        }
        #expect(value[0] <= REALTIME_BETWEEN_BOUND)
        #expect(value[0] > REALTIME_BETWEEN_BOUND * 0.999)
    }

    @Test(arguments: 1...8)
    func `the sum never passes the ceiling, and the gain moves smoothly`(voices: Int) {
        var dice = Dice(seed: UInt64(voices))
        var rig = Rig(ceiling: ceiling)
        var sum = [Double](repeating: 0, count: 30_000 * 2)
        for slot in 0..<voices {
            // Loud now and then.
            var samples = dice.noise(30_000 * 2, peak: 0.3)
            for burst in stride(from: 3000 * slot, to: 29_000, by: 7001) {
                for index in burst * 2..<(burst + 700) * 2 { samples[index] *= 3 }
            }
            for index in samples.indices { sum[index] += Double(samples[index]) }
            rig.attach(slot, samples)
            rig.send(.start, slot)
        }
        let output = rig.render(30_000)
        var previous: Double?
        for frame in 0..<30_000 {
            for sample in output[frame * 2..<frame * 2 + 2] where abs(sample) > ceiling * 1.000_01 {
                Issue.record("\(sample) at frame \(frame)")
            }
            // The gain can only be told where there is signal.
            guard abs(sum[frame * 2]) > 0.05 else { continue }
            let gain = Double(output[frame * 2]) / sum[frame * 2]
            if let previous, abs(gain - previous) > 0.2 { Issue.record("a step of the gain at frame \(frame)") }
            previous = gain
        }
    }
}
