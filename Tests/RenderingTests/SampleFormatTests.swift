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
}
