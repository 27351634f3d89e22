import BroadcastTesting
import Foundation
import Relaying
import RuntimeSupport
import TestThreads
import Testing

@testable import Playout

/// Stations that come and go while they are heard, between two files whose places say that the relay took its time and no more.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct RelayStationTests {
    private static let audio = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n"
    private let id = VoiceID(1)

    /// What was heard between the two files.
    private struct Passage {
        var account: RelayAccount
        /// Samples of the recording.
        var range: Range<Int>
    }

    /// Plays a file, a relay with a fallback of 1 kHz, and a file, at an instant four seconds away, and judges what must hold whatever the
    /// station does.
    ///
    /// The machine was too busy to decode in time, so that what was heard says nothing of the relay.
    private struct Starved: Error {
        let frames: Int64
    }

    /// Does `body`, again while the machine is too busy, four times at the most.
    private func patiently(_ body: () async throws -> Void) async throws {
        for _ in 0..<3 {
            do { return try await body() } catch is Starved {}
        }
        try await body()
    }

    /// - Parameter steps: what is done as soon as so many seconds of the relay were heard, in order.
    private func relay(
        _ stage: Stage, _ url: String, seconds: Double, adjust: (inout RelayLimits) -> Void = { _ in },
        steps: [(after: Double, action: () throws -> Void)] = []
    ) async throws -> Passage {
        try stage.tone(1_000, seconds: 12)
        let opening = try stage.music("opening", seconds: 0.6, rate: 48_000)
        let closing = try stage.music("closing", seconds: 0.5, rate: 48_000, seed: 3)
        var result: VoiceEnd?
        try await stage.play {
            $0.relayLimits.hurry()
            adjust(&$0.relayLimits)
            $0.progressInterval = 0.1
        } body: { player, events in
            let relay = RelaySegment(
                url: url, duration: seconds, fallback: RelaySegment.Fallback(path: stage.path("t1000.mp3")))
            player.load(
                VoiceRequest(
                    id: id,
                    segments: [
                        .file(path: stage.path("opening.mp3")), .relay(relay), .file(path: stage.path("closing.mp3")),
                    ]))
            player.start(id, at: .instant(wallNanoseconds: WallClock.nanoseconds + 4_000_000_000))
            for step in steps {
                let frame = Int64(step.after * 48_000) + Int64(opening.count / 2)
                _ = await events.next { if case .progress(id, let heard) = $0, heard > frame { true } else { nil } }
                try step.action()
            }
            result = await events.end(of: id)
        }
        let end = try #require(result)
        if end.underrunFrames > 0 { throw Starved(frames: end.underrunFrames) }
        let frames = Int(seconds * 48_000)
        #expect(end.completion == .finished)
        #expect(end.framesHeard == Int64(frames + (opening.count + closing.count) / 2))
        let heard = try stage.heard()
        let first = try #require(find(opening[...], in: heard)) + opening.count
        let range = first..<first + frames * 2
        #expect(find(closing[...], in: heard, from: range.upperBound) == range.upperBound)
        // What the account says is what was heard.
        let account = try #require(end.relay)
        #expect(abs(account.live + account.fallback + account.silence - seconds) < 0.001)
        return Passage(account: account, range: range)
    }

    private func compare(_ passage: Passage, _ stage: Stage) throws -> [Int: Double] {
        let heard = try stage.seconds([0, 440, 660, 1_000], in: passage.range)
        let (account, words) = (passage.account, "\(heard) \(passage.account)")
        #expect(abs((heard[440] ?? 0) + (heard[660] ?? 0) - account.live) < 0.3, "\(words)")
        #expect(abs((heard[1_000] ?? 0) - account.fallback) < 0.3, "\(words)")
        #expect(abs((heard[0] ?? 0) - account.silence) < 0.3, "\(words)")
        return heard
    }

    @Test func `one that is off the air for a while, and comes back with half the rate`() async throws {
        try await patiently {
            let stage = try Stage("rates [ 48000 ]")
            let icecast = try await Icecast()
            let before = try icecast.station(mp3: try stage.tone(440, seconds: 30), bytesPerSecond: 16_000)
            let half = try stage.tone(660, seconds: 30, rate: 22_050)
            var after: Icecast.Station?
            let passage = try await relay(
                stage, icecast.url(), seconds: 9,
                steps: [
                    (1, { before.leave() }), (5, { after = try icecast.station(mp3: half, bytesPerSecond: 16_000) }),
                ])
            after?.leave()
            let heard = try compare(passage, stage)
            #expect((heard[440] ?? 0) > 1 && (heard[660] ?? 0) > 1 && passage.account.fallback > 0.2, "\(heard)")
            #expect(passage.account.lastError?.contains("404") == true)
        }
    }

    @Test func `one whose Icecast leads to a mount of another rate, and back`() async throws {
        try await patiently {
            let stage = try Stage("rates [ 48000 ]")
            let icecast = try await Icecast([.init("/live", fallback: "/reserve")])
            let tone = try stage.tone(440, seconds: 30)
            let before = try icecast.station(mp3: tone, bytesPerSecond: 16_000)
            let reserve = try icecast.station(
                "/reserve", mp3: try stage.tone(660, seconds: 30, rate: 22_050), bytesPerSecond: 16_000)
            var after: Icecast.Station?
            // Listeners are kept waiting for less than that.
            let passage = try await relay(
                stage, icecast.url(), seconds: 9, adjust: { $0.stallTimeout = .seconds(10) },
                steps: [
                    (1, { before.leave() }), (3, { after = try icecast.station(mp3: tone, bytesPerSecond: 16_000) }),
                ])
            for each in [reserve, after] { each?.leave() }
            let heard = try compare(passage, stage)
            #expect((heard[440] ?? 0) > 2 && (heard[660] ?? 0) > 1, "\(heard)")
            #expect(passage.account.reconnects == 0 && passage.account.lastError == nil)
        }
    }

    @Test func `one whose Icecast sends its listeners away each two seconds is heard without a break`() async throws {
        try await patiently {
            let stage = try Stage("rates [ 48000 ]")
            let icecast = try await Icecast([.init("/live", secondsOfListeners: 2)])
            let sound = try stage.music("live", seconds: 24, rate: 48_000, seed: 2)
            let mp3 = [UInt8](try Data(contentsOf: stage.folder.appending(path: "live.mp3")))
            let station = try icecast.station(mp3: mp3, bytesPerSecond: 16_000)
            let passage = try await relay(
                stage, icecast.url(), seconds: 5,
                adjust: {
                    // The machine may be busy. And not one sample is to be left out or repeated for the drift.
                    $0.seconds = 3
                    $0.driftBounds = 0...60
                })
            station.leave()
            #expect(passage.account.live == 5 && passage.account.reconnects >= 3, "\(passage.account)")
            // The first frames lean on others that were never sent, and the last are faded out.
            let heard = try stage.heard()[passage.range.lowerBound + 24_000..<passage.range.upperBound - 1_000]
            let place = try #require(find(heard.prefix(2_000), in: sound))
            #expect(zip(heard, sound[place...]).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
            #expect(place + heard.count <= sound.count)
        }
    }

    @Test func `what is heard first of a relay is new, also when a file comes before it`() async throws {
        try await patiently {
            let stage = try Stage("rates [ 48000 ]")
            // A second of one tone to whoever comes, and then another.
            let (first, then) = (try stage.tone(440, seconds: 1), try stage.tone(660, seconds: 30))
            let radio = try ScriptedRadio([
                [.text(Self.audio), .pace(first, bytesPerSecond: 16_000), .pace(then, bytesPerSecond: 16_000), .hold]
            ])
            let passage = try await relay(stage, radio.url(), seconds: 2, adjust: { $0.stallTimeout = .seconds(10) })
            let heard = try compare(passage, stage)
            #expect(passage.account.live == 2 && (heard[660] ?? 0) > 1.7, "\(heard) \(passage.account)")
        }
    }

    @Test func `one that is connected at its own moment is there in time`() async throws {
        try await patiently {
            let stage = try Stage("rates [ 48000 ]")
            let tone = try stage.tone(440, seconds: 30)
            let radio = try ScriptedRadio([[.text(Self.audio), .pace(tone, bytesPerSecond: 16_000), .hold]])
            let passage = try await relay(
                stage, radio.url(), seconds: 2,
                adjust: {
                    $0.stallTimeout = .seconds(10)
                    $0.spread = .seconds(86_400)
                })
            #expect(passage.account.live == 2, "\(passage.account)")
        }
    }
}
