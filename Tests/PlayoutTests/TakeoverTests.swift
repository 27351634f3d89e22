import Foundation
import TestThreads
import Testing

@testable import Playout

/// What becomes of a voice when another takes over, it is paused, stopped, or the device goes away.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct TakeoverTests {
    private let first = VoiceID(1)
    private let second = VoiceID(2)

    @Test func `an emergency is heard within milliseconds and the music goes on at the first frame not heard`()
        async throws
    {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 3, rate: 48_000)
        let alarm = try stage.music("alarm", seconds: 0.7, rate: 48_000, seed: 5)
        try await stage.play {
            $0.bufferDuration = 0.6
        } body: { player, events in
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            player.load(VoiceRequest(id: second, segments: [.file(path: stage.path("alarm.mp3"))]))
            _ = await events.next { if case .loaded(second, _, _) = $0 { true } else { nil } }
            player.start(first, at: .now)
            _ = await events.next { if case .progress(first, _) = $0 { true } else { nil } }
            player.pause(first, ramp: 0)
            player.start(second, at: .now)
            var pausedAt: Int64 = -1
            var delay = Double.infinity
            while let event = await events.next(isolation: #isolation) {
                if case .paused(first, let heard) = event { pausedAt = heard }
                if case .started(second, _, let error) = event { delay = error }
                if case .ended(second, let end) = event {
                    #expect(end.completion == .finished)
                    #expect(end.framesHeard == Int64(alarm.count / 2))
                    break
                }
            }
            try #require(pausedAt > 0)
            // Sooner than what the device held had passed. How soon on a machine that has time, Benchmarks/takeover measures.
            #expect(delay < 0.4)
            player.resume(first, from: .heard, ramp: 0)
            let end = try #require(await events.end(of: first))
            #expect(end.completion == .finished)
            #expect(end.framesHeard == Int64(music.count / 2))
            let heard = try stage.heard()
            let cut = Int(pausedAt) * 2
            #expect(find(music[..<cut], in: heard) == 0)
            // Between the two calls a moment passes, and in the device's time no more than that.
            let begin = try #require(find(alarm[...], in: heard, from: cut))
            #expect(heard[cut..<begin].allSatisfy { $0 == 0 })
            #expect(find(music[cut...], in: heard, from: begin) != nil)
        }
    }

    @Test func `a device that comes too near while something is put before what it holds does not run dry`()
        async throws
    {
        var xruns: [Int] = []
        // A machine that holds the mixer up for all that the device has makes it run dry, and shows nothing.
        while xruns.count < 5, xruns.last != 0 { xruns.append(try await interrupt()) }
        #expect(xruns.last == 0, "\(xruns)")
    }

    /// Pauses music twenty times, and returns how often the device ran dry.
    private func interrupt() async throws -> Int {
        // Held up for longer than the margin each time that it has asked where the device is.
        let stage = try Stage("rates [ 48000 ]\n status_late 1500")
        let music = try stage.music("music", seconds: 20, rate: 48_000)
        var xruns = 0
        try await stage.play {
            $0.bufferDuration = 0.6
        } body: { player, events in
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(first, at: .now)
            _ = await events.next { if case .started(first, _, _) = $0 { true } else { nil } }
            var cuts = [0]
            for _ in 0..<20 {
                player.pause(first, ramp: 0)
                let heard = try #require(
                    await events.next { if case .paused(_, let heard) = $0 { heard } else { nil } })
                cuts.append(Int(heard) * 2)
                player.resume(first, from: .heard, ramp: 0)
                _ = await events.next { if case .resumed = $0 { true } else { nil } }
            }
            player.stop(first, ramp: 0)
            let end = try #require(await events.end(of: first))
            cuts.append(Int(end.framesHeard) * 2)
            xruns = player.status.xruns
            // What the device held, 0.6 s, was taken back all the same.
            let lengths = zip(cuts, cuts.dropFirst()).map { ($1 - $0) / 2 }.sorted()
            #expect(lengths[lengths.count / 2] < 9600, "\(lengths)")
            guard xruns == 0 else { return }
            let heard = try stage.heard()
            var from = 0
            for (begin, end) in zip(cuts, cuts.dropFirst()) where begin < end {
                let place = try #require(find(music[begin..<end], in: heard, from: from))
                #expect(heard[from..<place].allSatisfy { $0 == 0 })
                from = place + end - begin
            }
        }
        return xruns
    }

    @Test func `a start at an instant falls on its frame`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 0.5, rate: 48_000)
        try await stage.play { player, events in
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            _ = await events.next { if case .loaded = $0 { true } else { nil } }
            let instant = WallTime.nanoseconds + 600_000_000
            player.start(first, at: .instant(wallNanoseconds: instant))
            let (wall, error) = try #require(
                await events.next { if case .started(_, let wall, let error) = $0 { (wall, error) } else { nil } })
            // How near it comes on a machine that has time is measured by scripts/measure-starts; it is never early.
            #expect(error > -0.002)
            #expect(abs(Double(wall - instant) / 1e9 - error) < 1e-6)
            _ = await events.end(of: first)
            let heard = try stage.heard()
            let offset = try #require(find(music[...], in: heard))
            // By the card's own record of when it began.
            let segments = try String(contentsOfFile: stage.path("heard.wav.segments"), encoding: .utf8)
            let began = try #require(segments.firstMatch(of: /"realtime_ns":\s*(\d+)/).flatMap { Int64($0.1) })
            let played = began + Int64(offset / 2) * 1_000_000_000 / 48_000
            #expect(abs(played - wall) < 50_000_000)
        }
    }

    @Test func `a lost device is reported, and the voice goes on by the clock`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 3, rate: 48_000)
        try await stage.play { player, events in
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(first, at: .now)
            _ = await events.next { if case .progress = $0 { true } else { nil } }
            try stage.say("lost")
            _ = await events.next { if case .deviceLost = $0 { true } else { nil } }
            try stage.say("present")
            let end = try #require(await events.returnAndEnd(of: first))
            #expect(end.completion == .finished)
            #expect(end.framesDue == Int64(music.count / 2))
            #expect(end.framesHeard < end.framesDue)
            #expect(end.framesHeard > end.framesDue / 3)
        }
    }

    @Test func `a device that is not there at the start is waited for`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 0.3, rate: 48_000)
        try stage.say("lost")
        try await stage.play { player, events in
            _ = await events.next { if case .deviceLost = $0 { true } else { nil } }
            #expect(player.status.hint.contains("sound card"))
            try stage.say("present")
            _ = await events.next { if case .deviceRestored = $0 { true } else { nil } }
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(first, at: .now)
            let end = try #require(await events.end(of: first))
            #expect(end.framesHeard == Int64(music.count / 2))
        }
    }

    @Test func `what is no MP3 fails with a reason, and the others play on`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 0.5, rate: 48_000)
        try stage.run("head -c 100000 /dev/urandom > noise.mp3; : > empty.mp3")
        try await stage.play { player, events in
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(first, at: .now)
            var bad: [VoiceID: String] = [:]
            for (index, name) in ["noise.mp3", "empty.mp3", "missing.mp3"].enumerated() {
                let id = VoiceID(UInt64(10 + index))
                bad[id] = name
                player.load(VoiceRequest(id: id, segments: [.file(path: stage.path(name))]))
                player.start(id, at: .now)
            }
            var ends: [VoiceID: VoiceEnd] = [:]
            while ends.count < 4, let event = await events.next(isolation: #isolation) {
                if case .ended(let id, let end) = event { ends[id] = end }
            }
            for (id, name) in bad {
                guard case .failed = ends[id]?.completion else {
                    Issue.record("\(name) ended as \(String(describing: ends[id]?.completion))")
                    continue
                }
            }
            #expect(ends[first]?.completion == .finished)
            let heard = try stage.heard()
            #expect(find(music[...], in: heard) == 0)
        }
    }

    @Test func `a stopped voice says how much was heard, and a second pass begins at the beginning`() async throws {
        let stage = try Stage("rates [ 48000 ]")
        let music = try stage.music("music", seconds: 2, rate: 48_000)
        try await stage.play { player, events in
            player.load(VoiceRequest(id: first, segments: [.file(path: stage.path("music.mp3"))]))
            player.start(first, at: .now)
            _ = await events.next { if case .started = $0 { true } else { nil } }
            player.pause(first, ramp: 0.01)
            let heardOnce = try #require(
                await events.next { if case .paused(_, let heard) = $0 { heard } else { nil } })
            #expect(heardOnce > 0)
            player.resume(first, from: .beginning, ramp: 0)
            let position = await events.next { if case .resumed(_, _, let position) = $0 { position } else { nil } }
            #expect(position == 0)
            _ = await events.next { if case .progress = $0 { true } else { nil } }
            player.stop(first, ramp: 0)
            let end = try #require(await events.end(of: first))
            #expect(end.completion == .stopped)
            #expect(end.framesDue == Int64(music.count / 2))
            let heard = try stage.heard()
            let pass = find(music[..<(Int(end.framesHeard) * 2)], in: heard, from: Int(heardOnce) * 2)
            #expect(pass != nil)
        }
    }
}
