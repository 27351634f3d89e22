import Testing

@testable import Rendering

@Suite struct LimiterTests {
    private let ceiling: Float = 0.891_250_94

    @Test func `what stays below the ceiling is left as it is, to the bit`() {
        var dice = Dice(seed: 1)
        let samples = dice.noise(20_000 * 2, peak: ceiling)
        var rig = Rig(ceiling: ceiling)
        rig.attach(0, samples)
        rig.send(.start, 0)
        #expect(rig.render(20_000) == samples)
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
