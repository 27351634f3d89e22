import AllocationCounting
import Foundation
import TestThreads
import Testing

@testable import Playout
@testable import Rendering

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

    @Test(.enabled(if: allocation_counting_is_possible(), "a sanitizer has an allocator of its own"))
    func `every block that the mixer is made of is among those that are kept in RAM`() async {
        await #expect(processExitsWith: .success) {
            let configuration = PlayerConfiguration(device: "null")
            // Its context is the test's own.
            let tell: (Mixer.DeviceNews) -> Void = { _ in }
            // What the runtime makes once is made before.
            _ = Mixer(configuration: configuration, link: RenderLink(), port: try MixerPort(), tell: tell)
            allocation_noting_begin()
            let port = try MixerPort()
            let link = RenderLink()
            let mixer = Mixer(configuration: configuration, link: link, port: port, tell: tell)
            let count = allocation_noting_end()
            var regions: [ClosedRange<UInt>] = []
            unsafe mixer.forEachRegion(of: link) { region in
                let start = UInt(bitPattern: region.baseAddress)
                regions.append(start...start + UInt(region.count) - 1)
            }
            #expect(count > regions.count / 2)
            // These are control's: mixer and renderer have copies of what stands in them.
            let objects: [AnyObject] = [link, port.commands, port.reports, port.output]
            var ofControl = objects.map { unsafe UInt(bitPattern: Unmanaged.passUnretained($0).toOpaque()) }
            unsafe link.rings.withUnsafeBufferPointer { rings in
                ofControl.append(UInt(bitPattern: rings.baseAddress) - 32)
            }
            for index in 0..<count {
                var size = 0
                let start = unsafe UInt(bitPattern: allocation_noted(index, &size))
                if regions.contains(where: { $0.contains(start) && $0.contains(start + UInt(size) - 1) }) { continue }
                if ofControl.contains(start) { continue }
                Issue.record("a block of \(size) bytes is not kept in RAM")
            }
        }
    }
}
