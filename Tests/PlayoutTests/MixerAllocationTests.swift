import AllocationCounting
import Foundation
import TestThreads
import Testing

@testable import Playout

/// What the mixer's thread allocates: nothing, from the device's position to the write.
@Suite(.ownThread, .timeLimit(.minutes(5))) struct MixerAllocationTests {
    @Test(.enabled(if: allocation_counting_is_possible(), "a sanitizer has an allocator of its own"))
    func `the mixer's thread allocates nothing while it plays, takes sound back and is taken over`() async {
        await #expect(processExitsWith: .success) {
            let stage = try Stage("rates [ 48000 ]")
            _ = try stage.music("music", seconds: 40, rate: 48_000)
            _ = try stage.music("alarm", seconds: 0.15, rate: 48_000, seed: 5)
            try await stage.play { player, events in
                let music = VoiceID(1)
                player.load(VoiceRequest(id: music, segments: [.file(path: stage.path("music.mp3"))]))
                player.start(music, at: .now)
                for round in 0..<14 as Range<UInt64> {
                    // What is made once, as the runtime's caches are, is made in the first rounds.
                    if round == 4 { unsafe allocation_counting_watch("loa-mixer") }
                    let alarm = VoiceID(10 + round)
                    player.load(VoiceRequest(id: alarm, segments: [.file(path: stage.path("alarm.mp3"))]))
                    if round % 2 == 0 { player.pause(music) } else { player.setGain(music, decibels: -12) }
                    player.start(alarm, at: .now)
                    #expect(await events.end(of: alarm)?.completion == .finished)
                    if round % 2 == 0 { player.resume(music) } else { player.setGain(music, decibels: 0) }
                }
                let calls = allocation_counting_unwatch()
                #expect(calls == 0)
                #expect(player.status.state == .playing)
                // The counter counts: opening a device takes memory.
                unsafe allocation_counting_watch("loa-mixer")
                try stage.say("lost")
                _ = await events.next { if case .deviceLost = $0 { true } else { nil } }
                #expect(allocation_counting_unwatch() > 0)
            }
        }
    }
}
