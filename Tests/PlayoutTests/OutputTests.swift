import AmplifierControl
import Foundation
import Glibc
import RuntimeSupport
import TestThreads
import Testing

@testable import Playout

/// What lies behind the samples: the amplifier's power, and the volume of the card.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct OutputTests {
    /// A relay that tells each change.
    private final class Relay: AmplifierSwitch {
        let changes: AsyncStream<Bool>
        private let sink: AsyncStream<Bool>.Continuation
        private let isBroken: Locked<Bool>

        init(isBroken: Bool = false) {
            (changes, sink) = AsyncStream.makeStream()
            self.isBroken = Locked(isBroken)
        }

        func mend() { isBroken.withLock { $0 = false } }

        func set(_ isOn: Bool) throws(AmplifierError) {
            if isBroken.withLock({ $0 }) { throw AmplifierError("switch the test's relay", number: 5) }
            sink.yield(isOn)
        }

        func probe() {}
    }

    private let first = VoiceID(1)
    private let second = VoiceID(2)

    @Test(arguments: [0, 3600.0])
    func `the first sample waits for the amplifier, and the next only if it has gone to sleep`(offDelay: Double)
        async throws
    {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 0.3, rate: 48_000)
        let relay = Relay()
        var changes = relay.changes.makeAsyncIterator()
        try await stage.play(amplifier: relay) {
            $0.warmUp = 0.4
            $0.offDelay = offDelay
        } body: { player, events in
            #expect(await changes.next(isolation: #isolation) == false)
            for id in [first, second] {
                player.load(VoiceRequest(id: id, segments: [.file(path: stage.path("music.mp3"))]))
                player.start(id, at: .now)
                if id == first || offDelay == 0 { #expect(await changes.next(isolation: #isolation) == true) }
                let end = try #require(await events.end(of: id))
                #expect(end.framesHeard == Int64(music.count / 2))
                if offDelay == 0 { #expect(await changes.next(isolation: #isolation) == false) }
            }
        }
        if offDelay > 0 { #expect(await changes.next(isolation: #isolation) == false) }
        let heard = try stage.heard()
        #expect(find(music[...], in: heard) == 19_200 * 2)
        let again = try #require(find(music[...], in: heard, from: 19_200 * 2 + music.count))
        // The device had stopped in between when the amplifier slept; else it may not have.
        let beginning = try #require(stage.beginnings().last)
        if offDelay == 0 { #expect(again == (beginning + 19_200) * 2) }
        if offDelay > 0, beginning > 0 { #expect(again == beginning * 2) }
    }

    @Test func `what goes on after a loss waits for an amplifier that fell asleep, and is not heard until then`()
        async throws
    {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 8, rate: 48_000)
        let relay = Relay()
        var changes = relay.changes.makeAsyncIterator()
        try await stage.play(amplifier: relay) {
            $0.warmUp = 0.4
            $0.offDelay = 0
        } body: { player, events in
            #expect(await changes.next(isolation: #isolation) == false)
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(first, at: .now)
            #expect(await changes.next(isolation: #isolation) == true)
            _ = await events.next { if case .progress = $0 { true } else { nil } }
            try stage.say("lost")
            #expect(await changes.next(isolation: #isolation) == false)
            try stage.say("present")
            #expect(await changes.next(isolation: #isolation) == true)
            let end = try #require(await events.returnAndEnd(of: first))
            #expect(end.completion == .finished)
            let beginning = try #require(stage.beginnings().dropFirst().first)
            let heard = try stage.heard()
            let before = heard[19_200 * 2..<beginning * 2]
            let after = heard[(beginning * 2)...]
            try #require(!before.isEmpty && after.count > 24_000 * 2)
            #expect(after.prefix(19_200 * 2).allSatisfy { $0 == 0 })
            // It comes in over 10 ms, and is where it would have been.
            let loud = Array(after.dropFirst((19_200 + 480) * 2))
            let place = try #require(find(loud[..<4800], in: music, from: before.count))
            #expect(find(music[place...], in: loud) == 0)
            // The card knows of its loss a moment before or after the mixer does, by what the buffer holds at most.
            let frames = (before.count + music.count - place) / 2 + 480
            #expect(abs(end.framesHeard - Int64(frames)) <= 12_000)
        }
    }

    @Test func `an amplifier that cannot be switched is told of until it can, and does not keep the sound`()
        async throws
    {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 0.3, rate: 48_000)
        let relay = Relay(isBroken: true)
        try await stage.play(amplifier: relay) { player, events in
            let fault = await events.next { if case .outputFault(.amplifier, let words) = $0 { words } else { nil } }
            #expect(fault?.contains("the test's relay") == true)
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(first, at: .now)
            let end = try #require(await events.end(of: first))
            #expect(end.framesHeard == Int64(music.count / 2))
            #expect(player.status.faults.contains { $0.contains("the test's relay") })
            relay.mend()
            _ = await events.next { if case .outputRestored(.amplifier) = $0 { true } else { nil } }
            #expect(player.status.faults.isEmpty)
        }
    }

    @Test func `the card has the volume, the samples have the rest, and an emergency raises the card`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        _ = try stage.music("music", seconds: 10, rate: 48_000)
        let speech = try stage.music("speech", seconds: 0.3, rate: 48_000, seed: 6)
        // Somebody had it muted and at its lowest.
        try "0 0\n".write(toFile: stage.path("levels"), atomically: false, encoding: .utf8)
        try await stage.play {
            $0.mixerElement = "Master"
            $0.progressInterval = 0.02
        } body: { player, events in
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))], gain: -20))
            player.start(first, at: .now)
            // The next step above −20 dB.
            _ = await events.next { _ in player.status.cardVolume == -19.5 ? true : nil }
            player.stop(first)
            _ = await events.end(of: first)
            player.load(VoiceRequest(id: second, segments: [.file(path: stage.path("speech.mp3"))], gain: -20))
            player.start(second, at: .now)
            _ = await events.end(of: second)
            let levels = try String(contentsOfFile: stage.path("levels"), encoding: .utf8)
            #expect(levels == "37 1\n")
            let rest = pow(10, -0.5 / 20)
            let expected = speech.map { Int16((Double($0) * rest).rounded()) }
            let heard = try stage.heard()
            #expect(find(expected[...], in: heard) != nil)
            // An emergency at full volume, while music plays that is not.
            let third = VoiceID(3)
            let fourth = VoiceID(4)
            player.load(VoiceRequest(id: third, segments: [.file(path: stage.path("music.mp3"))], gain: -20))
            player.load(VoiceRequest(id: fourth, segments: [.file(path: stage.path("music.mp3"))], gain: 0))
            player.start(third, at: .now)
            _ = await events.next { if case .started(third, _, _) = $0 { true } else { nil } }
            player.start(fourth, at: .now)
            _ = await events.next { _ in player.status.cardVolume == 0 ? true : nil }
            player.stop(fourth)
            _ = await events.end(of: fourth)
            _ = await events.next { _ in player.status.cardVolume == -19.5 ? true : nil }
            player.stop(third)
            _ = await events.end(of: third)
        }
        #expect(try String(contentsOfFile: stage.path("levels"), encoding: .utf8) == "37 1\n")
    }

    @Test func `the card is turned up only when the loudspeaker has the samples that were turned down`() async throws {
        // What this card was given is heard 0.2 s later.
        let stage = try Stage("rates [ 48000 ]", canRewind: false)
        let hum = PlayoutSegment.samples((0..<480_000).map { Float(sin(Double($0) / 20) / 2) }, rate: 48_000)
        var turned = stat()
        try await stage.play {
            $0.shortBufferDuration = 0.2
            $0.mixerElement = "Master"
            $0.progressInterval = 0.02
        } body: { player, events in
            player.load(VoiceRequest(id: first, segments: [hum], gain: -20))
            player.start(first, at: .now)
            _ = await events.next { _ in player.status.cardVolume == -19.5 ? true : nil }
            let loud = { (try? stage.heard())?.contains { $0 > 32_767 / 4 } == true }
            _ = await events.next { _ in loud() ? true : nil }
            // Loud, and not to be heard.
            player.load(VoiceRequest(id: second, segments: [.silence(duration: 3600)], gain: 0))
            player.start(second, at: .now)
            let levels = stage.path("levels")
            _ = await events.next { _ in try? String(contentsOfFile: levels, encoding: .utf8) == "63 1\n" ? true : nil }
            unsafe #expect(stat(levels, &turned) == 0)
        }
        let heard = try stage.heard()
        let segment = try #require(stage.segments().first)
        let loud = try #require(heard.lastIndex { $0 > 32_767 / 2 / 5 })
        let fallen = segment.began + Int64(loud / 2) * 1_000_000_000 / 48_000
        let up = Int64(turned.st_mtim.tv_sec) * 1_000_000_000 + Int64(turned.st_mtim.tv_nsec)
        // A file's time is that of the tick before.
        #expect(up - (WallTime.nanoseconds - MonotonicClock.nanoseconds) > fallen - 12_000_000)
    }

    /// Begins music at −20 dB, of which the card's own volume takes 19.5.
    private func playQuietly(
        _ stage: Stage, _ player: Player, _ events: inout AsyncStream<PlayerEvent>.AsyncIterator
    ) async {
        player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))], gain: -20))
        player.start(first, at: .now)
        _ = await events.next { if case .progress = $0 { true } else { nil } }
        #expect(player.status.cardVolume == -19.5)
    }

    @Test func `a card that was pulled and put back has its volume set anew at once`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        _ = try stage.music("music", seconds: 3, rate: 48_000)
        try await stage.play {
            $0.mixerElement = "Master"
        } body: { player, events in
            await playQuietly(stage, player, &events)
            // It wakes up at its loudest.
            try "63 1\n".write(toFile: stage.path("levels"), atomically: false, encoding: .utf8)
            try stage.say("replug 1")
            let end = await events.returnAndEnd(of: first)
            #expect(end?.completion == .finished)
            #expect(try String(contentsOfFile: stage.path("levels"), encoding: .utf8) == "37 1\n")
            #expect(player.status.cardVolume == -19.5)
        }
    }

    @Test func `a card that came back counts as at its loudest until its volume is set`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 4, rate: 48_000)
        try await stage.play {
            $0.mixerElement = "Master"
        } body: { player, events in
            await playQuietly(stage, player, &events)
            try stage.say("lost")
            _ = await events.next { if case .deviceLost = $0 { true } else { nil } }
            #expect(player.status.cardVolume == nil)
            // Its volume cannot be set.
            try stage.replaceCard("rates [ 48000 ]")
            let end = await events.returnAndEnd(of: first)
            #expect(end?.completion == .finished)
            let heard = try stage.samples("again.wav")
            try #require(heard.count > 48_000)
            let quiet = music.map { Int16((Double($0) * 0.1).rounded()) }
            // After the 10 ms in which it comes in.
            let place = try #require(find(heard[960..<14_400], in: quiet))
            #expect(find(quiet[place...], in: heard) == 960)
        }
    }

    @Test func `a card without the element is told of, and the samples have it all`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 0.3, rate: 48_000)
        try await stage.play {
            $0.mixerElement = "PCM"
        } body: { player, events in
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))], gain: -6))
            player.start(first, at: .now)
            _ = await events.end(of: first)
            let expected = music.map { Int16((Double($0) * pow(10, -6.0 / 20)).rounded()) }
            let heard = try stage.heard()
            #expect(find(expected[...], in: heard) == 0)
        }
    }
}
