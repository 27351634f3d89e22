import AllocationCounting
import Testing

@testable import Rendering

/// An array that nobody reads may never be made.
nonisolated(unsafe) var keptFromTheOptimizer: [Int] = []

@Suite struct AllocationTests {
    /// Ten minutes of a device that plays: each fifth of a second it is heard a little further, taken back, given new
    /// commands, and filled again. In a process of its own, whose every allocation on this thread is counted.
    @Test(.enabled(if: allocation_counting_is_possible(), "a sanitizer has an allocator of its own"))
    func `ten minutes of preemptions and rewinds allocate nothing`() async {
        await #expect(processExitsWith: .success) {
            let link = RenderLink()
            var renderer = Renderer(link: link, channels: 2, ceiling: 0.89, isDithered: true)
            let noise = Wave.music + Wave.speech
            let shape = RampShape(frames: 480, curve: .equalPower)
            let formats = SampleFormat.allCases
            let buffer = 12_000
            let bytes = UnsafeMutableRawPointer.allocate(byteCount: buffer * 8, alignment: 64)
            var dice = Dice(seed: 5)
            var events = 0
            func send(_ kind: RenderCommand.Kind, _ slot: Int, gain: Float = 1) {
                let command = RenderCommand(kind, slot: slot, ticket: UInt64(slot + 1), gain: gain, ramp: shape)
                precondition(link.send(command))
            }
            func fill(_ slot: Int) {
                let frames = min(link.ring(slot).writable, noise.count / 2)
                link.ring(slot).write(noise.span.extracting(0..<frames * 2), channels: 2, gain: 2)
            }
            func cycle(_ count: Int) {
                let preempting = 1 + count % 2
                fill(0)
                fill(preempting)
                let frontier = renderer.rewind(to: max(renderer.earliestRewind, renderer.frontier - 2000))
                switch count % 4 {
                case 0:
                    send(.pause, 0)
                    send(.start, 1)
                    send(.resume, 1)
                case 1:
                    send(.pause, 1)
                    send(.resume, 0)
                    send(.level, 0, gain: 1.5)
                case 2:
                    send(.level, 0, gain: 0.2)
                    send(.start, 2)
                    send(.resume, 2)
                default:
                    send(.pause, 2)
                    send(.level, 0)
                }
                renderer.takeCommands()
                let clock = FrameClock(frame: frontier, instant: frontier, rate: 48_000)
                renderer.placeStarts(within: 9600, by: clock)
                let format = formats[count % formats.count]
                unsafe renderer.render(9600 + Int(dice.next() % 2000), as: format, to: bytes)
                let heard = renderer.frontier - 2000
                renderer.advance(heard: heard, audible: count % 50 != 0, clock: clock, progressInterval: 4800)
                while link.nextEvent() != nil { events += 1 }
            }
            for slot in 0..<3 {
                fill(slot)
                send(.attach, slot)
            }
            renderer.takeCommands()
            send(.start, 0)
            renderer.takeCommands()
            // What is made once, as the runtime's caches are, is made here.
            for count in 0..<8 { cycle(count) }
            allocation_counting_begin()
            let before = renderer.frontier
            var count = 8
            while renderer.frontier < before + 600 * 48_000 {
                cycle(count)
                count += 1
            }
            let allocations = allocation_counting_end()
            // What the test itself has made is given back after the count, not at its last use.
            withExtendedLifetime((noise, formats, link)) {}
            #expect(allocations == 0)
            #expect(events > 5000)
            // The counter counts.
            allocation_counting_begin()
            unsafe keptFromTheOptimizer = [Int](repeating: 1, count: Int(dice.next() % 100) + 1000)
            #expect(allocation_counting_end() > 0)
            unsafe bytes.deallocate()
        }
    }
}
