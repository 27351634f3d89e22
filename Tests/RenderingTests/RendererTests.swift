import Testing

@testable import Rendering

@Suite struct RendererTests {
    @Test(arguments: [1, 7, 64, 255, 256, 257, 4096])
    func `one voice at unity comes out to the bit, in pieces of any size`(piece: Int) {
        var dice = Dice(seed: 3)
        let samples = dice.noise(9000 * 2)
        var rig = Rig(ceiling: 0.89)
        rig.attach(0, samples)
        rig.send(.start, 0)
        var output: [Float] = []
        while output.count < samples.count { output += rig.render(piece) }
        #expect(Array(output[..<samples.count]) == samples)
        #expect(output[samples.count...].allSatisfy { $0 == 0 })
    }

    @Test func `mono goes to both channels, and stereo to the mean of both`() {
        var wide = Rig(channels: 2)
        wide.attach(0, [0.1, 0.2, 0.3], channels: 1)
        wide.send(.start, 0)
        #expect(wide.render(3) == [0.1, 0.1, 0.2, 0.2, 0.3, 0.3])
        var narrow = Rig(channels: 1)
        narrow.attach(0, [0.5, 0.25, -0.5, 0.5], channels: 2)
        narrow.send(.start, 0)
        #expect(narrow.render(3) == [0.375, 0, 0])
    }

    @Test(arguments: 1...20)
    func `what is rendered again is the same, from any frame`(seed: UInt64) {
        var dice = Dice(seed: seed)
        let first = dice.noise(40_000 * 2)
        let second = dice.noise(40_000 * 2, peak: 0.9)
        let third = dice.noise(20_000 * 2, peak: 0.6)
        func play(_ rig: inout Rig, rewinds: Bool) -> [Float] {
            rig.attach(0, first)
            rig.attach(1, second)
            rig.attach(2, third)
            rig.send(.start, 0, ramp: RampShape(frames: 700, curve: .equalPower))
            var output = rig.render(3000)
            rig.send(.start, 1, ramp: RampShape(frames: 300, curve: .linear))
            rig.send(.level, 0, gain: 0.2, ramp: RampShape(frames: 2000, curve: .linear))
            output += rig.render(10_001)
            rig.send(.pause, 1, ramp: RampShape(frames: 500, curve: .equalPower))
            // The limiter has to come down within its look ahead.
            rig.send(.start, 2, ramp: RampShape(frames: 100, curve: .linear))
            var tail: [Float] = []
            let start = output.count / 2
            while tail.count < 12_000 * 2 {
                tail += rig.render(Int.random(in: 1...3000, using: &dice))
                guard rewinds else { continue }
                let reach = Bool.random(using: &dice) ? min(tail.count / 2, 80) : tail.count / 2
                let target = Int.random(in: start...start + reach, using: &dice)
                rig.renderer.rewind(to: Int64(target))
                tail.removeLast(tail.count - (target - start) * 2)
                if tail.count < 12_000 * 2 { tail += rig.render(Int.random(in: 1...3000, using: &dice)) }
            }
            return output + tail[..<(12_000 * 2)]
        }
        var straight = Rig(ceiling: 0.7)
        var wandering = Rig(ceiling: 0.7)
        #expect(play(&straight, rewinds: false) == play(&wandering, rewinds: true), "seed \(seed)")
    }

    @Test func `a takeover begins on the frame that was rewound to`() {
        var dice = Dice(seed: 9)
        let music = dice.noise(20_000 * 2)
        let alarm = dice.noise(4000 * 2)
        var rig = Rig()
        rig.attach(0, music)
        rig.attach(1, alarm)
        rig.send(.start, 0)
        _ = rig.render(12_000)
        _ = rig.hear(1000)
        #expect(rig.renderer.rewind(to: 1300) == 1300)
        rig.send(.pause, 0)
        rig.send(.start, 1)
        #expect(rig.render(4000) == alarm)
        let events = rig.hear(5300)
        #expect(events.map(\.kind) == [.paused, .started, .finished])
        #expect(events.first?.heard == 1300)
        #expect(events.last?.heard == 4000)
        // The music goes on at the first frame that was not heard.
        rig.send(.resume, 0)
        #expect(rig.render(1000) == Array(music[1300 * 2..<2300 * 2]))
    }

    @Test func `once a voice's end is told its ring is the next one's`() {
        var dice = Dice(seed: 13)
        var rig = Rig()
        rig.attach(0, dice.noise(1000 * 2))
        rig.send(.start, 0)
        _ = rig.render(2000)
        #expect(rig.hear(1010).map(\.kind) == [.started, .finished])
        // Control gives the slot away at once, within the block in which the voice ended.
        rig.link.ring(0).reset()
        _ = rig.hear(1015)
        #expect(rig.link.ring(0).writable == FrameRing.capacity)
        // An attachment that is tried and taken back does not bring it back either.
        let attach = RenderCommand(.attach, slot: 0, ticket: 99)
        precondition(rig.link.send(attach))
        rig.renderer.rewind(to: 1400)
        rig.renderer.tryCommands()
        _ = rig.render(300)
        rig.renderer.returnCommands()
        _ = rig.hear(1020)
        #expect(rig.link.ring(0).writable == FrameRing.capacity)
        rig.renderer.takeCommands()
        _ = rig.hear(1023)
        #expect(rig.link.ring(0).writable == FrameRing.capacity)
    }

    @Test func `a gain that is told before the first frame holds from it on`() {
        let music = [Float](repeating: 0.5, count: 4800 * 2)
        var rig = Rig()
        rig.attach(0, music)
        rig.send(.start, 0, instant: 10_000_000)
        _ = rig.renderPlacing(240)
        rig.send(.level, 0, gain: 0.5, ramp: RampShape(frames: 240, curve: .linear))
        let sound = rig.renderPlacing(960)
        #expect(sound.allSatisfy { $0 == 0 || $0 == 0.25 })
        #expect(sound.contains(0.25))
    }

    @Test func `a paused voice resumes where its fade ended`() {
        var dice = Dice(seed: 11)
        let music = dice.noise(20_000 * 2)
        var rig = Rig()
        rig.attach(0, music)
        rig.send(.start, 0)
        _ = rig.render(1000)
        rig.send(.pause, 0, ramp: RampShape(frames: 480, curve: .equalPower))
        let fading = rig.render(2000)
        #expect(fading[480 * 2..<2000 * 2].allSatisfy { $0 == 0 })
        #expect(rig.hear(3000).map(\.heard) == [0, 1480])
        rig.send(.resume, 0)
        #expect(rig.render(100) == Array(music[1480 * 2..<1580 * 2]))
    }

    @Test func `a voice that was paused before it began can still be started`() {
        var rig = Rig()
        rig.attach(0, [0.25, 0.25, 0.5, 0.5])
        rig.send(.pause, 0)
        #expect(rig.render(10).allSatisfy { $0 == 0 })
        #expect(rig.hear(10).map(\.kind) == [.paused])
        rig.send(.start, 0)
        #expect(rig.render(2) == [0.25, 0.25, 0.5, 0.5])
        #expect(rig.hear(12).map(\.kind) == [.started, .finished])
    }

    @Test func `an underrun is silence for that voice alone, and costs it no frame`() {
        var dice = Dice(seed: 13)
        let short = dice.noise(1000 * 2)
        let rest = dice.noise(500 * 2)
        let other = dice.noise(5000 * 2)
        var rig = Rig()
        rig.attach(0, short, isWhole: false)
        rig.attach(1, other)
        rig.send(.start, 0)
        rig.send(.start, 1)
        // The limiter's look ahead is part of what is needed.
        var output = rig.render(1500)
        rig.link.ring(0).write(rest.span, channels: 2, gain: 1)
        rig.link.ring(0).finish()
        output += rig.render(1000)
        let gap = [Float](repeating: 0, count: (1500 + Limiter.lookahead - 1000) * 2)
        let late = short + gap + rest
        let expected = (0..<2500 * 2).map { other[$0] + ($0 < late.count ? late[$0] : 0) }
        #expect(output == expected)
        let events = rig.hear(2500)
        let end = events.last { $0.kind == .finished }
        #expect(end?.slot == 0)
        #expect(end?.heard == 1500)
        #expect(end?.underrun == Int64(1500 + Limiter.lookahead - 1000))
    }

    @Test func `frames that pass without a device are not heard`() {
        var dice = Dice(seed: 17)
        var rig = Rig()
        rig.attach(0, dice.noise(5000 * 2))
        rig.send(.start, 0)
        _ = rig.render(6000)
        _ = rig.hear(2000)
        _ = rig.hear(3500, audible: false)
        let end = rig.hear(6000).last
        #expect(end?.kind == .finished)
        #expect(end?.heard == 3500)
        #expect(end?.position == 5000)
    }

    @Test func `what comes in later is silent and unheard until then, fades in, and is left to the bit after that`() {
        var dice = Dice(seed: 19)
        let music = dice.noise(5000 * 2)
        var rig = Rig(ceiling: 0.89)
        rig.attach(0, music)
        rig.send(.start, 0)
        _ = rig.render(1000)
        _ = rig.hear(1000, audible: false)
        rig.renderer.adopt(channels: 2)
        rig.renderer.comeIn(at: 1700)
        let output = rig.render(2000)
        #expect(output[..<(700 * 2)].allSatisfy { $0 == 0 })
        for index in 700 * 2..<1180 * 2 {
            let gain = Wave.sine(Double(index / 2 - 700) / 480 / 4)
            let error = abs(Double(output[index]) - Double(music[1000 * 2 + index]) * gain)
            if error > 1e-6 { Issue.record("\(error) at \(index)") }
        }
        #expect(output[1180 * 2..<2000 * 2].elementsEqual(music[2180 * 2..<3000 * 2]))
        _ = rig.hear(1300)
        // In pieces, and again.
        rig.renderer.rewind(to: 1311)
        var again: [Float] = []
        while again.count < 1500 * 2 { again += rig.render(50) }
        #expect(again.elementsEqual(output[311 * 2..<1811 * 2]))
        _ = rig.hear(2500)
        _ = rig.render(5000)
        let end = rig.hear(6000).last
        #expect(end?.kind == .finished)
        #expect(end?.heard == 3300)
    }

    @Test func `a start at an instant falls on the nearest frame, and a passed one begins at once`() {
        var rig = Rig()
        rig.attach(0, [0.25, 0.25, 0.25, 0.25])
        rig.attach(1, [0.5, 0.5, 0.5, 0.5])
        _ = rig.render(100)
        let frame: Int64 = 1234
        rig.send(.start, 0, instant: frame * 1_000_000_000 / 48_000 + 300)
        rig.send(.start, 1, instant: 0)
        #expect(rig.renderer.nextInstant == 0)
        rig.renderer.placeStarts(within: 2000, by: rig.clock)
        #expect(rig.renderer.nextInstant == nil)
        let output = rig.render(2000)
        #expect(output[0] == 0.5)
        let first = output.firstIndex(of: 0.25)
        #expect(first == (1234 - 100) * 2)
        let started = rig.hear(2000).filter { $0.kind == .started }
        #expect(started.map(\.slot).sorted() == [0, 1])
    }

    @Test func `a start that has a frame gets another one when the device has stopped in between`() {
        var rig = Rig()
        rig.attach(0, [0.25, 0.25, 0.25, 0.25])
        rig.attach(1, [0.5, 0.5, 0.5, 0.5])
        rig.send(.start, 0, instant: 1234 * 1_000_000_000 / 48_000 + 300)
        rig.send(.start, 1)
        _ = rig.renderPlacing(2000)
        // The device stops on frame 1000 and goes on 100 frames later.
        rig.renderer.rewind(to: 1000)
        rig.renderer.unplaceStarts()
        let clock = FrameClock(frame: 1000, instant: 1100 * 1_000_000_000 / 48_000, rate: 48_000)
        rig.renderer.placeStarts(within: 2000, by: clock)
        let output = rig.render(2000)
        let first = output.firstIndex(of: 0.25)
        #expect(first == (1234 - 1100) * 2)
        rig.renderer.rewind(to: 1050)
        let again = rig.render(1950)
        #expect(again == Array(output[100...]))
    }
}
