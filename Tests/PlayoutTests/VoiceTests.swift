import Foundation
import Logging
import TestThreads
import Testing

@testable import Playout

/// What a voice is made of: several files, other rates, gains, and files that break.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct VoiceTests {
    private let id = VoiceID(1)

    @Test func `segments follow each other without a gap`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let first = try stage.music("first", seconds: 0.4, rate: 48_000)
        let second = try stage.music("second", seconds: 0.3, rate: 48_000, seed: 3)
        try await stage.play { player, events in
            let segments = ["first.mp3", "second.mp3", "first.mp3"].map { PlayoutSegment.file(path: stage.path($0)) }
            player.load(VoiceRequest(id: id, segments: segments))
            player.start(id, at: .now)
            let end = try #require(await events.end(of: id))
            #expect(end.framesHeard == Int64((first.count * 2 + second.count) / 2))
            let heard = try stage.heard()
            #expect(find((first + second + first)[...], in: heard) == 0)
        }
    }

    @Test(arguments: [(22_050, 1, 48_000), (44_100, 2, 48_000), (48_000, 2, 44_100)])
    func `a file of another rate keeps its length and its sound`(rate: Int, channels: Int, deviceRate: Int) async throws
    {
        let stage = try Stage("rates [ \(deviceRate) ]")
        let samples = try stage.music("music", seconds: 0.6, rate: rate, channels: channels)
        try stage.run("sox music.wav -b 16 -c 2 reference.wav rate -v \(deviceRate)")
        let reference = try stage.samples("reference.wav")
        try await stage.play { player, events in
            player.load(VoiceRequest(id: id, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(id, at: .now)
            let end = try #require(await events.end(of: id))
            let frames = Double(samples.count / channels) * Double(deviceRate) / Double(rate)
            #expect(end.completion == .finished)
            #expect(abs(Double(end.framesHeard) - frames) <= 1)
            let heard = try stage.heard()
            let count = min(heard.count, reference.count)
            var (product, left, right) = (0.0, 0.0, 0.0)
            for (one, other) in zip(heard[..<count], reference[..<count]) {
                product += Double(one) * Double(other)
                left += Double(one) * Double(one)
                right += Double(other) * Double(other)
            }
            #expect(product / (left * right).squareRoot() > 0.999)
        }
    }

    @Test func `a file that breaks in its middle fails with a reason and with what was heard`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let good = try stage.music("good", seconds: 0.6, rate: 48_000)
        try stage.run("(cat good.mp3; head -c 3000000 /dev/zero; cat good.mp3) > broken.mp3")
        let other = try stage.music("other", seconds: 1.5, rate: 48_000, seed: 4)
        try await stage.play { player, events in
            player.load(VoiceRequest(id: id, segments: [.file(path: stage.path("broken.mp3"))]))
            player.load(VoiceRequest(id: VoiceID(2), segments: [.file(path: stage.path("other.mp3"))], gain: -200))
            player.start(VoiceID(2), at: .now)
            player.start(id, at: .now)
            let end = try #require(await events.end(of: id))
            guard case .failed(let reason) = end.completion else {
                Issue.record("ended as \(end.completion)")
                return
            }
            #expect(!reason.isEmpty)
            #expect(end.framesHeard > Int64(good.count / 2) - 4800)
            // The other voice goes on.
            player.setGain(VoiceID(2), decibels: 0, ramp: 0)
            let last = try #require(await events.end(of: VoiceID(2)))
            #expect(last.completion == .finished && last.underrunFrames == 0)
            #expect(last.framesHeard == Int64(other.count / 2))
            #expect(find(other[(other.count - 4_800)...], in: try stage.heard()) != nil)
        }
    }

    @Test func `a gain of −6 dB halves, and an offset leaves out and fades in`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 0.6, rate: 48_000)
        try await stage.play { player, events in
            let halved = -20 * 0.301_029_995_663_981_2
            player.load(
                VoiceRequest(
                    id: id, segments: [.file(path: stage.path("music.mp3"), gain: halved / 2)],
                    gain: halved / 2, offset: 0.25))
            player.start(id, at: .now)
            let end = try #require(await events.end(of: id))
            let expected = music[12_000 * 2..<music.count].map { Int16((Double($0) / 2).rounded()) }
            #expect(end.framesDue == Int64(expected.count / 2))
            #expect(end.framesHeard == end.framesDue)
            let heard = try stage.heard()
            #expect(find(expected[(480 * 2)...], in: heard) == 480 * 2)
            // Begun within a wave, it must not click.
            for index in 0..<480 * 2 {
                let gain = sin(Double(index / 2) / 480 * .pi / 2)
                let error = abs(Double(heard[index]) - Double(music[24_000 + index]) / 2 * gain)
                if error > 1 { Issue.record("\(error) at \(index)") }
            }
            let loudest = music[24_000...].map { abs(Int($0)) }.max() ?? 0
            #expect(abs(end.peak - 20 * log10(Double(loudest) / 2 / 32_768)) < 0.01)
        }
    }

    @Test func `the end of the player ends every voice, and nothing follows`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        _ = try stage.music("music", seconds: 3, rate: 48_000)
        let player = try Player(
            configuration: PlayerConfiguration(device: stage.device), logger: Logger(label: "test"))
        let running = Task { try await player.run() }
        for number in 1...3 {
            player.load(
                VoiceRequest(
                    id: VoiceID(UInt64(number)), segments: [.file(path: stage.path("music.mp3"))]))
        }
        player.start(id, at: .now)
        var ends: [VoiceID: VoiceEnd] = [:]
        for await event in player.events {
            if case .started = event { running.cancel() }
            if case .ended(let id, let end) = event { ends[id] = end }
        }
        try await running.value
        #expect(ends.count == 3)
        #expect(ends.values.allSatisfy { $0.completion == .stopped })
        let heard = try #require(ends[id]?.framesHeard)
        #expect(heard > 0 && heard < 96_000)
        #expect(player.status.state == .closed)
    }

    @Test func `of more voices than there is room for, the last fails`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        _ = try stage.music("music", seconds: 0.2, rate: 48_000)
        try await stage.play { player, events in
            for number in 1...17 {
                player.load(
                    VoiceRequest(
                        id: VoiceID(UInt64(number)), segments: [.file(path: stage.path("music.mp3"))]))
            }
            let refused = try #require(await events.end(of: VoiceID(17)))
            #expect(refused.completion == .failed("more than 16 voices"))
            // One that is to begin anew needs a second slot, and ends rather than being silent for ever.
            player.pause(VoiceID(16))
            player.resume(VoiceID(16), from: .beginning)
            #expect(await events.end(of: VoiceID(16))?.completion == .failed("more than 16 voices"))
            // All others sound together, and the limiter holds them.
            for number in 1...15 { player.start(VoiceID(UInt64(number)), at: .now) }
            var finished = 0
            while finished < 15, let event = await events.next(isolation: #isolation) {
                if case .ended(_, let end) = event, end.completion == .finished { finished += 1 }
            }
            let loudest = try stage.heard().map { abs(Int($0)) }.max() ?? 0
            #expect(loudest <= Int(32_768 * 0.8913) + 1)
            // A slot that is free again takes another voice.
            player.load(VoiceRequest(id: VoiceID(99), segments: [.file(path: stage.path("music.mp3"))]))
            player.start(VoiceID(99), at: .now)
            #expect(await events.end(of: VoiceID(99))?.completion == .finished)
        }
    }
}
