import BroadcastTesting
import Foundation
import LoudnessMeasurement
import Testing

@Suite struct LoudnessMeterTests {
    private func measure(_ samples: [Float], rate: Int, channels: Int, chunk: Int = 4_800) throws -> Loudness {
        var meter = try LoudnessMeter(sampleRate: rate, channels: channels)
        for start in stride(from: 0, to: samples.count, by: chunk * channels) {
            let part = Array(samples[start..<min(start + chunk * channels, samples.count)])
            try meter.add(part.span)
        }
        return try meter.measure()
    }

    /// What ffmpeg's ebur128 filter says of `name`: integrated loudness and true peak.
    private func reference(_ name: String, in workshop: Workshop) throws -> (integrated: Double, truePeak: Double) {
        try workshop.run(
            "ffmpeg -hide_banner -nostats -i \(name) -af ebur128=peak=true:dualmono=true:framelog=verbose -f null - 2>&1"
                + " | sed -n '/Summary/,$p' | awk '/ I:/{i=$2} /Peak:/{p=$2} END{print i, p}' > reference.txt")
        let words = String(decoding: try workshop.bytes("reference.txt"), as: UTF8.self).split { $0.isWhitespace }
        return (try #require(Double(words[0])), try #require(Double(words[1])))
    }

    private static let recordings = [
        "sox -R -n -r 48000 -c 2 -b 16 in.wav synth 6 pinknoise gain -20",
        "sox -R -n -r 44100 -c 1 -b 16 in.wav synth 6 sine 997 gain -23",
        "sox -R -n -r 22050 -c 1 -b 16 in.wav synth 6 brownnoise gain -3",
        "espeak-ng -v vi -w in.wav 'Xin chào bà con, đây là đài truyền thanh xã Cẩm Giàng'",
        "espeak-ng -v vi -a 20 -w s.wav 'Thông báo khẩn' && sox s.wav -r 44100 -c 2 in.wav pad 1 5",
        "sox -R -n -r 44100 -c 2 -b 16 in.wav synth 4 square 100 gain -0.5",
    ]

    @Test(arguments: recordings)
    func `loudness and peak are those of ffmpeg`(command: String) throws {
        let workshop = try Workshop()
        try workshop.run("\(command) && sox in.wav -t f32 in.raw && soxi -r in.wav > rate && soxi -c in.wav > channels")
        let rate = try #require(Int(text("rate", in: workshop)))
        let channels = try #require(Int(text("channels", in: workshop)))
        let loudness = try measure(try workshop.floats("in.raw"), rate: rate, channels: channels)
        let expected = try reference("in.wav", in: workshop)
        #expect(abs(try #require(loudness.integrated) - expected.integrated) <= 0.1)
        // ffmpeg oversamples with another filter.
        #expect(abs(try #require(loudness.truePeak) - expected.truePeak) <= 0.3)
    }

    private func text(_ name: String, in workshop: Workshop) throws -> String {
        String(decoding: try workshop.bytes(name), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func `a recording brought to the target measures at the target`() throws {
        let workshop = try Workshop()
        try workshop.run("sox -R -n -r 48000 -c 2 -b 16 in.wav synth 6 pinknoise gain -24 && sox in.wav -t f32 in.raw")
        let samples = try workshop.floats("in.raw")
        let gain = try measure(samples, rate: 48_000, channels: 2).gain()
        let factor = Float(pow(10, gain / 20))
        let raised = try measure(samples.map { $0 * factor }, rate: 48_000, channels: 2)
        #expect(abs(try #require(raised.integrated) + 16) <= 0.1)
        #expect(try #require(raised.truePeak) <= -1)
    }

    @Test(arguments: [0, 100, 96_000])
    func `silence has no loudness, and its gain is none`(frames: Int) throws {
        let loudness = try measure([Float](repeating: 0, count: frames * 2), rate: 48_000, channels: 2)
        #expect(loudness == Loudness(integrated: nil, truePeak: nil))
        #expect(loudness.gain() == 0)
    }

    @Test func `a click too short to be measured has a peak only`() throws {
        var samples = [Float](repeating: 0, count: 10_000)
        samples[5_000] = 0.5
        let loudness = try measure(samples, rate: 48_000, channels: 1)
        #expect(loudness.integrated == nil)
        #expect(try #require(loudness.truePeak) > -7)
        #expect(loudness.gain() == 0)
    }

    @Test(arguments: [
        (-20.0, -10.0, 4.0), (-26, -10, 10), (-26, -4, 9), (-10, 0, -6), (-16, -3, 0), (-16, 2, 0), (-16, 8, -3),
        (-60, -60, 24), (40, 3, -40),
    ])
    func `the gain goes to the target, stops where the limiter would be heard, and stays within limits`(
        integrated: Double, truePeak: Double, gain: Double
    ) {
        #expect(abs(Loudness(integrated: integrated, truePeak: truePeak).gain() - gain) < 1e-9)
    }

    @Test(arguments: [(0, 2), (48_000, 0), (-1, 1), (48_000, 65), (Int.max, 1)])
    func `impossible rates and channels are refused`(rate: Int, channels: Int) {
        #expect(throws: LoudnessMeasurementError.self) {
            _ = try LoudnessMeter(sampleRate: rate, channels: channels)
        }
    }
}
