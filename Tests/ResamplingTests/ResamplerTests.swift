import BroadcastTesting
import Resampling
import Testing

@Suite struct ResamplerTests {
    /// Converts `input` in chunks of `chunk` frames, with room for `room` frames at a time.
    private func convert(
        _ input: [Float], from: Int, to: Int, channels: Int, chunk: Int = 1_000, room: Int = 700
    ) throws -> [Float] {
        var resampler = try Resampler(from: from, to: to, channels: channels)
        return try convert(input, with: &resampler, chunk: chunk, room: room)
    }

    private func convert(_ input: [Float], with resampler: inout Resampler, chunk: Int, room: Int) throws -> [Float] {
        let channels = resampler.channels
        var output: [Float] = []
        var buffer = [Float](repeating: 0, count: room * channels)
        var next = 0
        while next < input.count {
            let part = Array(input[next..<min(next + chunk * channels, input.count)])
            var target = buffer.mutableSpan
            let progress = try resampler.process(part.span, into: &target)
            #expect(progress.consumed > 0 || progress.produced > 0)
            next += progress.consumed * channels
            output += buffer.prefix(progress.produced * channels)
        }
        while true {
            var target = buffer.mutableSpan
            let produced = try resampler.flush(into: &target)
            if produced == 0 { return output }
            output += buffer.prefix(produced * channels)
        }
    }

    private func correlation(_ left: some Collection<Float>, _ right: some Collection<Float>) -> Double {
        var (products, lefts, rights) = (0.0, 0.0, 0.0)
        for (one, other) in zip(left, right) {
            products += Double(one) * Double(other)
            lefts += Double(one) * Double(one)
            rights += Double(other) * Double(other)
        }
        return products / (lefts * rights).squareRoot()
    }

    private static let pairs = [
        (44_100, 48_000, 2), (48_000, 44_100, 2), (22_050, 48_000, 1), (8_000, 44_100, 1), (32_000, 48_000, 2),
        (96_000, 44_100, 2), (11_025, 8_000, 1), (48_000, 48_000, 1),
    ]

    @Test(arguments: pairs)
    func `the sound is that of sox, from the first frame to the last`(from: Int, to: Int, channels: Int) throws {
        let workshop = try Workshop()
        try workshop.run(
            """
            sox -R -n -r \(from) -c \(channels) -e float -b 32 in.wav synth 1.5 pinknoise \
                synth 1.5 sine mix 200-3000 gain -9 &&
            sox in.wav -t f32 in.raw && sox in.wav -t f32 out.raw rate -v \(to)
            """)
        let input = try workshop.floats("in.raw")
        let expected = try workshop.floats("out.raw")
        let output = try convert(input, from: from, to: to, channels: channels)
        let ideal = Double(input.count / channels) * Double(to) / Double(from)
        #expect(abs(Double(output.count / channels) - ideal) <= 1)
        #expect(correlation(output, expected) > 0.9995)
        // No delay: one frame to either side is worse.
        #expect(correlation(output, expected) > correlation(output.dropFirst(channels), expected))
        #expect(correlation(output, expected) > correlation(output, expected.dropFirst(channels)))
    }

    @Test(arguments: [(1, 1), (7, 100_000), (50_000, 13), (441, 480)])
    func `the size of chunks does not change the sound`(chunk: Int, room: Int) throws {
        let input = tone(frames: 20_000, rate: 44_100)
        let whole = try convert(input, from: 44_100, to: 48_000, channels: 1, chunk: 20_000, room: 30_000)
        let parts = try convert(input, from: 44_100, to: 48_000, channels: 1, chunk: chunk, room: room)
        let isEqual = whole == parts
        #expect(isEqual)
    }

    @Test(arguments: [0, 1, 2, 100])
    func `short signals keep their length`(frames: Int) throws {
        let output = try convert(tone(frames: frames, rate: 44_100), from: 44_100, to: 48_000, channels: 1)
        #expect(abs(Double(output.count) - Double(frames) * 48 / 44.1) <= 1)
    }

    @Test func `a cleared resampler forgets what it held`() throws {
        let input = tone(frames: 5_000, rate: 44_100)
        var resampler = try Resampler(from: 44_100, to: 48_000, channels: 1)
        let first = try convert(input, with: &resampler, chunk: 512, room: 600)
        try resampler.clear()
        let second = try convert(input, with: &resampler, chunk: 512, room: 600)
        let isEqual = first == second
        #expect(isEqual)
        #expect(first.contains { $0 > 0.4 })
    }

    @Test func `channels stay apart`() throws {
        let mono = tone(frames: 10_000, rate: 44_100)
        let output = try convert(mono.flatMap { [$0, 0] }, from: 44_100, to: 48_000, channels: 2)
        let right = stride(from: 1, to: output.count, by: 2).map { output[$0] }
        let isSilent = right.allSatisfy { $0 == 0 }
        #expect(isSilent)
        #expect(output.contains { $0 > 0.4 })
    }

    @Test(arguments: [(0, 48_000, 2), (44_100, 0, 2), (44_100, 48_000, 0), (44_100, -1, 2), (44_100, 48_000, 1_000)])
    func `impossible rates and channels are refused`(from: Int, to: Int, channels: Int) {
        let error = #expect(throws: ResamplingError.self) {
            _ = try Resampler(from: from, to: to, channels: channels)
        }
        #expect(error?.step == .setup)
    }

    /// A triangle wave of about 441 Hz at half scale.
    private func tone(frames: Int, rate: Int) -> [Float] {
        (0..<frames).map { frame in abs(Float(frame % 100) - 50) / 50 - 0.5 }
    }
}
