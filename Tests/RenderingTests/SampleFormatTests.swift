import Testing

@testable import Rendering

@Suite struct SampleFormatTests {
    private func convert(_ samples: [Float], _ format: SampleFormat) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xAA, count: samples.count * format.bytes)
        unsafe bytes.withUnsafeMutableBytes { target in
            guard let base = target.baseAddress else { return }
            unsafe samples.withUnsafeBufferPointer { source in
                guard let first = source.baseAddress else { return }
                unsafe format.convert(first, count: samples.count, to: base)
            }
        }
        return bytes
    }

    /// What the sample should be, in double precision.
    private func reference(_ sample: Float, bits: Int) -> Int {
        let scale = Double(1 << (bits - 1))
        return Int(min(max((Double(sample) * scale).rounded(.toNearestOrEven), -scale), scale - 1))
    }

    private func value(_ bytes: ArraySlice<UInt8>, bits: Int) -> Int {
        let raw = bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        let width = bytes.count * 8
        return raw >= 1 << (width - 1) ? raw - 1 << width : raw
    }

    @Test(arguments: [(SampleFormat.s16, 16), (.s24, 24), (.s24Packed, 24), (.s32, 32)])
    func `a sample is rounded to the nearest value, ties to even, and held in range`(format: SampleFormat, bits: Int) {
        var dice = Dice(seed: 7)
        var samples = dice.noise(5000, peak: 1.2) + [0, -0.0, 1, -1, 2, -2, .infinity, -.infinity]
        samples += (-40...40).map { Float($0) / 2 / 32_768 }
        let bytes = convert(samples, format)
        for (index, sample) in samples.enumerated() {
            let found = value(bytes[index * format.bytes..<(index + 1) * format.bytes], bits: bits)
            if found != reference(sample, bits: bits) {
                Issue.record("\(sample) became \(found), not \(reference(sample, bits: bits))")
            }
        }
    }

    @Test func `every 16-bit value survives`() {
        let samples = (-32_768...32_767).map { Float($0) / 32_768 }
        let bytes = convert(samples, .s16)
        let back = (0..<samples.count).map { value(bytes[$0 * 2..<$0 * 2 + 2], bits: 16) }
        #expect(back == Array(-32_768...32_767))
    }

    /// What a voice at unity is, sample by sample, in each format, through the whole renderer with its limiter.
    @Test(arguments: SampleFormat.allCases, [true, false])
    func `a voice at unity comes out bit for bit`(format: SampleFormat, isDithered: Bool) {
        // Values of 16 bits, which lie on a step of every format: even dither leaves them alone.
        var dice = Dice(seed: 12)
        let integers = (0..<5000 * 2).map { _ in Int.random(in: -14_000...14_000, using: &dice) }
        var rig = Rig(ceiling: 0.891, isDithered: isDithered)
        rig.attach(0, integers.map { Float($0) / 32_768 })
        rig.send(.start, 0)
        let bytes = rig.render(5000, as: format)
        for (index, integer) in integers.enumerated() {
            let sample = bytes[index * format.bytes..<(index + 1) * format.bytes]
            switch format {
            case .s16: #expect(value(sample, bits: 16) == integer)
            case .s24, .s24Packed: #expect(value(sample, bits: 24) == integer << 8)
            case .s32: #expect(value(sample, bits: 32) == integer << 16)
            case .float:
                let bits = sample.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                #expect(Float(bitPattern: bits) == Float(integer) / 32_768)
            }
        }
    }

    @Test(arguments: [(SampleFormat.s16, 16), (.s24, 24), (.s24Packed, 24)])
    func `dither is triangular, takes the rounding's bias away, and is the same when rendered again`(
        format: SampleFormat, bits: Int
    ) {
        // A third of a step: without dither it would be silence.
        let steps = 0.3
        let sample = Float(steps / Double(1 << (bits - 1)))
        var rig = Rig(channels: 1, isDithered: true)
        rig.attach(0, [Float](repeating: sample, count: 50_000), channels: 1)
        rig.send(.start, 0)
        let bytes = rig.render(25_000, as: format)
        let values = (0..<25_000).map { value(bytes[$0 * format.bytes..<($0 + 1) * format.bytes], bits: bits) }
        #expect(values.allSatisfy { -1...2 ~= $0 })
        let mean = Double(values.reduce(0, +)) / 25_000
        #expect(abs(mean - steps) < 0.03)
        // Triangular dither has a quarter of a step squared of noise, whatever the signal: a sixth of its own, a twelfth of
        // the rounding.
        let power = values.reduce(0) { $0 + (Double($1) - steps) * (Double($1) - steps) } / 25_000
        #expect(abs(power - 0.25) < 0.02)
        #expect(rig.renderer.rewind(to: 1234) == 1234)
        #expect(rig.render(20_000, as: format).elementsEqual(bytes[1234 * format.bytes..<21_234 * format.bytes]))
        // And off unless it is asked for.
        var plain = Rig(channels: 1)
        plain.attach(0, [Float](repeating: sample, count: 1000), channels: 1)
        plain.send(.start, 0)
        #expect(plain.render(1000, as: format).allSatisfy { $0 == 0 })
    }
}
