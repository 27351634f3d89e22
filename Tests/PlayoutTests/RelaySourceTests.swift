import BroadcastTesting
import Foundation
import MP3Decoding
import Relaying
import TestThreads
import Testing

@testable import Playout

/// What is heard of a stream that comes, or does not, frame by frame and without a clock.
@Suite(.ownThread) struct RelaySourceTests {
    /// Makes MP3 files of tones, and hears which of them sounds.
    private struct Bench {
        static let rate = 48_000
        let workshop: Workshop
        let stream = ScriptedStream()
        let ledger = RelayLedger()
        let source: RelaySource
        var sound: [Float] = []

        init(
            seconds: Double, fallback: String? = nil, adjust: (inout RelayLimits) -> Void = { _ in },
            _ workshop: Workshop
        ) throws {
            self.workshop = workshop
            var limits = RelayLimits()
            limits.silenceTimeout = .seconds(2)
            adjust(&limits)
            source = try RelaySource(
                stream, frames: Int64((seconds * Double(Self.rate)).rounded()), rate: Self.rate, channels: 2,
                limits: limits,
                ledger: ledger,
                openFallback: fallback.map { path in
                    { try FileSource(path: path, gain: 0, rate: Bench.rate, channels: 2) }
                })
        }

        /// Plays on for `seconds`, and returns how many frames came.
        @discardableResult
        mutating func play(_ seconds: Double) throws -> Int {
            var left = Int((seconds * Double(Self.rate)).rounded())
            var got = 0
            var samples = [Float](repeating: 0, count: 4_800 * 2)
            while left > 0 {
                let wanted = min(left, 4_800)
                var span = samples.mutableSpan
                var room = span._mutatingExtracting(0..<wanted * 2)
                let frames = try source.read(into: &room)
                if frames == 0 { break }
                sound += samples[..<(frames * 2)]
                got += frames
                left -= frames
            }
            return got
        }

        /// The frequency in Hz that sounds within a stretch of seconds, 0 for silence.
        func pitch(_ stretch: ClosedRange<Double>) -> Int {
            let first = Int(stretch.lowerBound * Double(Self.rate))
            let last = min(Int(stretch.upperBound * Double(Self.rate)), sound.count / 2)
            var crossings = 0
            var sign: Float = 0
            for frame in first..<last where abs(sound[frame * 2]) > 0.01 {
                // The noise of an encoder's delay crosses zero as well, but is no tone.
                if sound[frame * 2] * sign < 0 { crossings += 1 }
                sign = sound[frame * 2]
            }
            return Int((Double(crossings) / 2 / (Double(last - first) / Double(Self.rate)) / 10).rounded()) * 10
        }

        var loudest: Float {
            var loudest: Float = 0
            for sample in sound { loudest = max(loudest, abs(sample)) }
            return loudest
        }

        /// Whether a tone of so many Hz sounds, or nothing where that is 0.
        func hears(_ frequency: Int, _ stretch: ClosedRange<Double>) -> Bool { abs(pitch(stretch) - frequency) <= 40 }

        /// The greatest step between two samples.
        var steepest: Float {
            stride(from: 2, to: sound.count, by: 2).reduce(0) { max($0, abs(sound[$1] - sound[$1 - 2])) }
        }

        func account() throws -> RelayAccount {
            try #require(ledger.account(before: Int64(sound.count / 2), rate: Self.rate))
        }
    }

    private let workshop: Workshop

    init() throws {
        workshop = try Workshop()
    }

    private func tone(_ frequency: Int, seconds: Double, rate: Int = 44_100, channels: Int = 2, gain: Double = -12)
        throws
        -> [UInt8]
    {
        let name = "\(frequency)-\(rate)-\(seconds)-\(gain)"
        try workshop.run(
            """
            sox -R -n -r \(rate) -c \(channels) \(name).wav synth \(seconds) sine \(frequency) gain \(gain) && \
            lame --quiet -t -b \(channels * (rate > 32_000 ? 64 : 32)) \(name).wav \(name).mp3
            """)
        return try workshop.bytes("\(name).mp3")
    }

    private func file(_ frequency: Int, seconds: Double) throws -> String {
        _ = try tone(frequency, seconds: seconds)
        return workshop.path("\(frequency)-44100-\(seconds)--12.0.mp3")
    }

    /// The largest step of a tone of 0.25 at 1 kHz at most, with a little to spare for the encoder.
    private let smooth: Float = 0.25 * 2 * .pi * 1_000 / 48_000 * 1.5

    @Test func `a stream that comes is heard, for exactly the time that was asked for`() throws {
        var bench = try Bench(seconds: 3.123_4, workshop)
        #expect(bench.source.isWaiting)
        bench.stream.bring(ScriptedStream.packets(try tone(440, seconds: 5)))
        #expect(!bench.source.isWaiting)
        #expect(try bench.play(10) == 149_923)
        #expect(bench.hears(440, 0.2...3.1))
        let account = try bench.account()
        #expect(abs(account.live - 3.123_4) < 0.001 && account.fallback == 0 && account.silence == 0)
        #expect(bench.steepest < smooth)
        #expect(abs(bench.sound[bench.sound.count - 2]) < 0.001)
    }

    @Test func `where nothing ever comes, there is silence and then the fallback, again and again`() throws {
        var bench = try Bench(seconds: 10, fallback: try file(700, seconds: 1.5), workshop)
        #expect(try bench.play(20) == 480_000)
        #expect(bench.hears(0, 0...1.9))
        #expect(bench.hears(700, 2.2...3.4) && bench.hears(700, 4...4.8) && bench.hears(700, 8...9.5))
        let account = try bench.account()
        #expect(account.live == 0 && abs(account.silence - 2) < 0.02 && abs(account.fallback - 8) < 0.02)
    }

    @Test func `without a fallback there is silence, of the right length`() throws {
        var bench = try Bench(seconds: 4, workshop)
        #expect(try bench.play(20) == 192_000)
        #expect(bench.hears(0, 0...4))
        #expect(try bench.account().silence == 4)
    }

    @Test func `a fallback that cannot be played is named, and does no more harm`() throws {
        try workshop.write(Array("<html>".utf8), to: "page.mp3")
        var bench = try Bench(seconds: 4, fallback: workshop.path("page.mp3"), workshop)
        #expect(try bench.play(20) == 192_000)
        let account = try bench.account()
        #expect(account.silence == 4 && account.lastError?.contains("fallback") == true)
    }

    @Test func `a stream that breaks off gives way to the fallback and takes over again, without a click`() throws {
        var bench = try Bench(seconds: 14, fallback: try file(700, seconds: 30), workshop)
        let live = ScriptedStream.packets(try tone(440, seconds: 4))
        bench.stream.bring(live, isBreak: true)
        try bench.play(9)
        bench.stream.bring(live, isBreak: true)
        try bench.play(10)
        #expect(bench.hears(440, 0.2...3.7))
        #expect(bench.hears(0, 4.2...5.7))
        #expect(bench.hears(700, 6.2...8.9))
        #expect(bench.hears(440, 9.2...12.7))
        let account = try bench.account()
        #expect(abs(account.live - 8) < 0.2)
        #expect(abs(account.live + account.fallback + account.silence - 14) < 0.000_1)
        #expect(bench.sound.count == 14 * 96_000)
        #expect(bench.steepest < smooth)
    }

    @Test func `a short gap is no matter for the fallback, and nothing of the stream is lost`() throws {
        var bench = try Bench(seconds: 8, fallback: try file(700, seconds: 30), workshop)
        let live = ScriptedStream.packets(try tone(440, seconds: 7))
        bench.stream.bring(live.prefix(77))
        try bench.play(3)
        bench.stream.bring(live.dropFirst(77))
        try bench.play(5)
        let account = try bench.account()
        #expect(account.fallback == 0)
        #expect(abs(account.silence - 1) < 0.15)
        #expect(bench.hears(440, 3.1...7.9))
        #expect(bench.steepest < smooth)
    }

    @Test func `silence counts as dead after a while, and sound ends it`() throws {
        var bench = try Bench(seconds: 12, fallback: try file(700, seconds: 30), workshop)
        let live = ScriptedStream.packets(try tone(440, seconds: 3))
        bench.stream.bring(live)
        bench.stream.bring(ScriptedStream.packets(try tone(440, seconds: 5, gain: -90)))
        bench.stream.bring(live)
        bench.stream.bring(live)
        try bench.play(12)
        #expect(bench.hears(440, 0.2...2.9))
        #expect(bench.hears(0, 3.2...4.8))
        #expect(bench.hears(700, 5.3...7.9))
        #expect(bench.hears(440, 8.8...10.5))
        let account = try bench.account()
        // All of the silence counts, not only what came after it was known for what it is.
        #expect(abs(account.silence - 2) < 0.2)
        #expect(abs(account.live + account.fallback + account.silence - 12) < 0.000_1)
        #expect(bench.steepest < smooth)
    }

    @Test func `a stream that was silent from its beginning was never live`() throws {
        var bench = try Bench(seconds: 5, fallback: try file(700, seconds: 30), workshop)
        bench.stream.bring(ScriptedStream.packets(try tone(440, seconds: 6, gain: -90)))
        try bench.play(5)
        let account = try bench.account()
        #expect(account.live == 0 && abs(account.silence - 2) < 0.02)
    }

    @Test func `a quiet passage is part of the programme`() throws {
        var bench = try Bench(seconds: 6, fallback: try file(700, seconds: 30), workshop)
        bench.stream.bring(ScriptedStream.packets(try tone(440, seconds: 2)))
        bench.stream.bring(ScriptedStream.packets(try tone(440, seconds: 1.5, gain: -90)))
        bench.stream.bring(ScriptedStream.packets(try tone(440, seconds: 4)))
        try bench.play(6)
        let account = try bench.account()
        #expect(account.live == 6)
    }

    @Test func `a stream that goes on at half its rate keeps its pitch`() throws {
        var bench = try Bench(seconds: 5, workshop)
        bench.stream.bring(ScriptedStream.packets(try tone(440, seconds: 2.5)))
        bench.stream.bring(ScriptedStream.packets(try tone(880, seconds: 4, rate: 22_050, channels: 1)))
        try bench.play(5)
        #expect(bench.hears(440, 0.2...2.2))
        #expect(bench.hears(880, 2.8...4.8))
        #expect(try bench.account().live == 5)
        #expect(bench.steepest < smooth)
    }

    @Test func `a stream that is faster or slower than the device is held within its bounds`() throws {
        let live = ScriptedStream.packets(try tone(440, seconds: 22))
        for pace in [1.03, 0.97] {
            var bench = try Bench(seconds: 60, adjust: { $0.driftBounds = 2.8...3.2 }, workshop)
            bench.stream.bring(live.prefix(115))
            var sent = 115.0
            for _ in 0..<34 {
                try bench.play(0.5)
                sent += 0.5 * pace * 44_100 / 1_152
                let number = min(Int(sent), live.count)
                let first = min(Int(sent - 0.5 * pace * 44_100 / 1_152), live.count)
                bench.stream.bring(live[first..<number])
                if number < live.count { #expect(bench.stream.level > 1 && bench.stream.level < 5) }
            }
            let account = try bench.account()
            #expect(pace > 1 ? account.drift > 0.1 : account.drift < -0.1, "\(account.drift)")
            #expect(account.silence == 0)
            #expect(bench.hears(440, 1...16))
            #expect(bench.steepest < smooth)
        }
    }

    @Test func `a stream that stammers has to bring more before it is heard again`() throws {
        var bench = try Bench(seconds: 20, fallback: try file(700, seconds: 30), workshop)
        let live = ScriptedStream.packets(try tone(440, seconds: 2))
        bench.stream.bring(live.prefix(41), isBreak: true)
        try bench.play(3)
        bench.stream.bring(live.prefix(41), isBreak: true)
        try bench.play(3)
        // 1.07 s were enough at first, and are no more.
        #expect(try bench.account().live < 1.2)
        bench.stream.bring(live.prefix(41), isBreak: true)
        try bench.play(3)
        #expect(try bench.account().live > 2.8)
    }

    @Test func `whatever comes, no frame is lost or added`() throws {
        let (mp3, other) = (try tone(440, seconds: 3), try tone(600, seconds: 3, rate: 22_050, channels: 1))
        let streams = [ScriptedStream.packets(mp3), ScriptedStream.packets(other)]
        for seed in 1...25 as ClosedRange<UInt64> {
            var dice = SeededDice(state: seed)
            let frames = Int.random(in: 1_000...200_000, using: &dice)
            var bench = try Bench(
                seconds: Double(frames) / 48_000,
                fallback: Bool.random(using: &dice) ? workshop.path("440-44100-3.0--12.0.mp3") : nil,
                adjust: {
                    $0.silenceTimeout = .milliseconds(Int.random(in: 1...3_000, using: &dice))
                    $0.fallbackDelay = .milliseconds(Int.random(in: 0...3_000, using: &dice))
                    $0.secondsToBegin = Double.random(in: 0...2, using: &dice)
                }, workshop)
            var got = 0
            while true {
                if Int.random(in: 0..<4, using: &dice) == 0 {
                    let packets = streams[Int.random(in: 0...1, using: &dice)]
                    let first = Int.random(in: 0..<packets.count, using: &dice)
                    bench.stream.bring(
                        packets[first..<min(packets.count, first + Int.random(in: 1...80, using: &dice))],
                        isBreak: true)
                }
                let part = try bench.play(Double.random(in: 0.001...0.3, using: &dice))
                if part == 0 { break }
                got += part
            }
            #expect(got == frames, "seed \(seed)")
            let account = try bench.account()
            let sum = account.live + account.fallback + account.silence
            #expect(abs(sum - Double(frames) / 48_000) < 0.000_1, "seed \(seed)")
            #expect(bench.loudest < 0.6, "seed \(seed)")
        }
    }
}

/// A seeded generator (SplitMix64).
private struct SeededDice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
