import BroadcastTesting
import Foundation
import Relaying
import RuntimeSupport
import TestThreads
import Testing

@testable import Playout

/// Relays on the air: a real Icecast and servers that do wrong, to a card that plays in real time.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct RelayPlayoutTests {
    private static let audio = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n"
    private let id = VoiceID(1)

    /// Plays a relay with a fallback of 1 kHz at an instant three seconds away, and judges what must hold in each case.
    private func relay(
        _ stage: Stage, _ url: String, seconds: Double = 4, adjust: (inout RelayLimits) -> Void = { _ in },
        afterASecond: () -> Void = {}
    ) async throws -> VoiceEnd {
        _ = try stage.tone(1_000, seconds: 1.5)
        var result: VoiceEnd?
        try await stage.play {
            $0.relayLimits.hurry()
            adjust(&$0.relayLimits)
        } body: { player, events in
            // The player runs, and the card is open.
            player.load(VoiceRequest(id: VoiceID(99), segments: [.silence(duration: 0.05)]))
            player.start(VoiceID(99), at: .now)
            _ = await events.end(of: VoiceID(99))
            let fallback = RelaySegment.Fallback(path: stage.path("t1000.mp3"))
            let segment = RelaySegment(url: url, duration: seconds, fallback: fallback)
            player.load(VoiceRequest(id: id, segments: [.relay(segment)]))
            let instant = WallClock.nanoseconds + 3_000_000_000
            player.start(id, at: .instant(wallNanoseconds: instant))
            let error = try #require(
                await events.next { if case .started(id, _, let error) = $0 { error } else { nil } })
            // It began on its frame, or a little later where the machine had no time for the mixer.
            #expect(error > -0.002 && error < 0.5)
            _ = await events.next { if case .progress(id, _) = $0 { true } else { nil } }
            afterASecond()
            result = await events.end(of: id)
        }
        let end = try #require(result)
        // And ended on its frame.
        #expect(end.completion == .finished)
        #expect(end.framesDue == Int64(seconds * 48_000))
        #expect(end.framesHeard == end.framesDue)
        let account = try #require(end.relay)
        #expect(abs(account.live + account.fallback + account.silence - seconds) < 0.001)
        // What the account says is what was heard.
        let heard = try stage.seconds([0, 440, 1_000])
        #expect(abs((heard[440] ?? 0) - account.live) < 0.5, "\(heard) \(account)")
        #expect(abs((heard[1_000] ?? 0) - account.fallback) < 0.5, "\(heard) \(account)")
        return end
    }

    @Test func `a station on Icecast is heard, and where it is gone the fallback, and then it again`() async throws {
        let icecast = try await Icecast()
        for isOnAir in [true, false, true] {
            let stage = try Stage("rates [ 48000 ]")
            let mp3 = try stage.tone(440, seconds: 5)
            let station = isOnAir ? try icecast.station(mp3: mp3, bytesPerSecond: 16_000) : nil
            let account = try #require(try await relay(stage, icecast.url(), seconds: 2).relay)
            _ = station
            #expect(isOnAir ? account.live > 1.5 : account.fallback > 1.4, "\(account)")
            #expect(isOnAir ? account.fallback == 0 : account.live == 0, "\(account)")
            #expect(isOnAir || account.lastError?.contains("404") == true)
        }
    }

    @Test func `an Icecast that stands still`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let icecast = try await Icecast()
        let station = try icecast.station(mp3: try stage.tone(440, seconds: 5), bytesPerSecond: 16_000)
        let account = try #require(
            try await relay(stage, icecast.url(), seconds: 7, afterASecond: { icecast.freeze() }).relay)
        _ = station
        #expect(account.live > 0.9 && account.fallback > 1, "\(account)")
        #expect(account.lastError?.contains("too long") == true)
    }

    @Test func `a station on Icecast that sends silence`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let icecast = try await Icecast()
        let station = try icecast.station(mp3: try stage.tone(440, seconds: 5, gain: -90), bytesPerSecond: 16_000)
        let account = try #require(try await relay(stage, icecast.url()).relay)
        _ = station
        #expect(account.live == 0 && account.silence < 1.5 && account.fallback > 2.5, "\(account)")
    }

    @Test func `one that never answers`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let radio = try ScriptedRadio([[.hold]])
        let account = try #require(try await relay(stage, radio.url()).relay)
        #expect(account.live == 0 && account.fallback > 3 && account.lastError?.contains("too long") == true)
        #expect(account.reconnects >= 2)
    }

    @Test func `one that stalls`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let mp3 = try stage.tone(440, seconds: 3.2)
        let radio = try ScriptedRadio([[.text(Self.audio), .pace(mp3, bytesPerSecond: 16_000), .hold], [.hold]])
        let account = try #require(try await relay(stage, radio.url(), seconds: 5).relay)
        #expect(account.live > 0.8 && account.fallback > 1, "\(account)")
    }

    @Test func `one that sends silence`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let mp3 = try stage.tone(440, seconds: 12, gain: -90)
        let radio = try ScriptedRadio([[.text(Self.audio), .pace(mp3, bytesPerSecond: 16_000), .hold]])
        let account = try #require(try await relay(stage, radio.url()).relay)
        #expect(account.live == 0 && account.silence < 1.5 && account.fallback > 2.5, "\(account)")
    }

    @Test func `one that sends a web page`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let radio = try ScriptedRadio([[.text("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Hello</html>")]])
        let account = try #require(try await relay(stage, radio.url()).relay)
        #expect(account.live == 0 && account.lastError?.contains("web page") == true && account.fallback > 3)
    }

    @Test func `one that breaks off each second and has the last seconds for who comes`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let mp3 = try stage.tone(440, seconds: 14)
        // Two seconds of what was, then one at its pace.
        let script = (0..<9).map { number -> [ScriptedRadio.Step] in
            let now = 32_000 + number * 16_000
            return [
                .text(Self.audio), .send(Array(mp3[now - 32_000..<now])),
                .pace(Array(mp3[now..<now + 16_000]), bytesPerSecond: 16_000),
            ]
        }
        let radio = try ScriptedRadio(script + [[.hold]])
        let account = try #require(try await relay(stage, radio.url(), seconds: 4).relay)
        // Nobody hears that it broke off.
        #expect(account.live > 3.5 && account.fallback == 0, "\(account)")
        #expect(account.reconnects >= 3)
    }

    @Test func `one that goes on with another rate`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let first = try stage.tone(440, seconds: 3)
        let second = try stage.tone(440, seconds: 9, rate: 22_050)
        let radio = try ScriptedRadio([
            [.text(Self.audio), .pace(first, bytesPerSecond: 16_000), .pace(second, bytesPerSecond: 16_000), .hold]
        ])
        let account = try #require(
            try await relay(stage, radio.url()) { $0.stallTimeout = .seconds(10) }.relay)
        #expect(account.live > 3.5 && account.reconnects == 0, "\(account)")
    }

    @Test func `a programme: a file, a pause, a relay that is connected ahead, and a file`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let mp3 = try stage.tone(440, seconds: 8)
        let opening = try stage.music("opening", seconds: 1.2, rate: 48_000)
        let closing = try stage.music("closing", seconds: 0.7, rate: 48_000, seed: 3)
        let radio = try ScriptedRadio([
            [
                .text(Self.audio), .send(Array(mp3[..<24_000])), .pace(Array(mp3[24_000...]), bytesPerSecond: 16_000),
                .hold,
            ]
        ])
        try await stage.play {
            $0.relayLimits.hurry()
            $0.relayLimits.stallTimeout = .seconds(10)
        } body: { player, events in
            player.load(
                VoiceRequest(
                    id: id,
                    segments: [
                        .file(path: stage.path("opening.mp3")), .silence(duration: 0.5),
                        .relay(RelaySegment(url: radio.url(), duration: 2)), .file(path: stage.path("closing.mp3")),
                    ]))
            player.start(id, at: .now)
            let end = try #require(await events.end(of: id))
            let frames = (opening.count + closing.count) / 2 + 120_000
            #expect(end.completion == .finished)
            #expect(end.framesDue == Int64(frames) && end.framesHeard == end.framesDue)
            #expect(try #require(end.relay).live == 2)
            let heard = try stage.heard()
            #expect(find(opening[...], in: heard) == 0)
            #expect(heard[opening.count..<opening.count + 48_000].allSatisfy { $0 == 0 })
            #expect(find(closing[...], in: heard, from: opening.count + 240_000) == opening.count + 240_000)
        }
    }

    @Test func `a voice begins where its offset says, within a pause and within a relay`() async throws {
        for (offset, length, live) in [(0.2, 2.3, 2.0), (0.9, 1.6, 1.6), (2.5, 0, 0)] {
            let stage = try Stage("rates [ 48000 ]")
            let mp3 = try stage.tone(440, seconds: 6)
            let radio = try ScriptedRadio([[.text(Self.audio), .send(mp3), .hold]])
            try await stage.play {
                $0.relayLimits.hurry()
            } body: { player, events in
                let segments: [PlayoutSegment] = [
                    .silence(duration: 0.5), .relay(RelaySegment(url: radio.url(), duration: 2)),
                ]
                player.load(VoiceRequest(id: id, segments: segments, offset: offset))
                player.start(id, at: .now)
                let end = try #require(await events.end(of: id))
                #expect(end.framesDue == Int64((length * 48_000).rounded()))
                #expect(end.framesHeard == end.framesDue)
                let account = end.relay
                #expect(abs((account?.live ?? 0) + (account?.silence ?? 0) - live) < 0.001)
            }
        }
    }

    @Test func `a relay that is interrupted goes on where it is by then`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let mp3 = try stage.tone(440, seconds: 60)
        let radio = try ScriptedRadio([[.text(Self.audio), .pace(mp3, bytesPerSecond: 16_000), .hold]])
        try await stage.play {
            $0.relayLimits.hurry()
            $0.relayLimits.stallTimeout = .seconds(10)
            $0.progressInterval = 0.25
        } body: { player, events in
            player.load(VoiceRequest(id: id, segments: [.relay(RelaySegment(url: radio.url(), duration: 300))]))
            player.start(id, at: .now)
            let began = try #require(await events.next { if case .started(id, let wall, _) = $0 { wall } else { nil } })
            _ = await events.next { if case .progress(id, let heard) = $0, heard > 48_000 { true } else { nil } }
            player.pause(id)
            let paused = try #require(await events.next { if case .paused(id, let heard) = $0 { heard } else { nil } })
            // An emergency takes its time.
            _ = try stage.music("alarm", seconds: 1.5, rate: 48_000)
            player.load(VoiceRequest(id: VoiceID(2), segments: [.file(path: stage.path("alarm.mp3"))]))
            player.start(VoiceID(2), at: .now)
            _ = await events.end(of: VoiceID(2))
            player.resume(id, from: .heard)
            let (wall, position) = try #require(
                await events.next {
                    if case .resumed(id, let wall, let position) = $0 { (wall, position) } else { nil }
                })
            // Where it is by now, however long it took to be ready; the mixer of a busy machine may be late.
            let behind = Double(wall - began) / 1e9 - Double(position) / 48_000
            #expect(behind > -0.01 && behind < 0.5, "\(behind)")
            #expect(position > paused + 72_000)
            _ = await events.next {
                if case .progress(id, let heard) = $0, heard > paused + 24_000 { true } else { nil }
            }
            player.stop(id)
            let end = try #require(await events.end(of: id))
            #expect(end.completion == .stopped && end.framesDue == 300 * 48_000)
            #expect(end.framesHeard > paused + 24_000 && abs(end.framesSkipped - (position - paused)) <= 1)
            let account = try #require(end.relay)
            // It need not connect again, and is heard at once.
            #expect(account.reconnects == 0 && radio.requests.count == 1)
            #expect(abs(account.live + account.silence - Double(end.framesHeard) / 48_000) < 0.01, "\(account)")
        }
    }
}
