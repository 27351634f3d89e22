import CMixing
import Rendering

/// One way to load the mixer: sixteen stereo voices in memory, mixed to 16 bits in memory, by the renderer and by its peer.
@safe
struct MixingTrial: ~Copyable {
    /// A load.
    struct Load {
        var name: String
        var loudness: Float
        var isRamping: Bool
    }

    static let frames = 56 * 1024
    private static let voices = Renderer.slots
    private static let ceiling: Float = 0.891_250_94

    private let load: Load
    private let link = RenderLink()
    private var renderer: Renderer
    private var ticket: UInt64 = 0
    private let sources: UnsafeMutablePointer<Float>
    private let copy: UnsafeMutablePointer<Float>
    private let output: UnsafeMutablePointer<Int16>
    private let state: UnsafeMutablePointer<mixing_state>
    private let peers: UnsafeMutablePointer<mixing_voice>

    init(_ load: Load) {
        self.load = load
        renderer = Renderer(link: link, channels: 2, ceiling: Self.ceiling)
        let samples = Self.frames * 2 + 4096
        unsafe sources = .allocate(capacity: Self.voices * samples)
        unsafe copy = .allocate(capacity: Self.voices * samples)
        unsafe output = .allocate(capacity: Self.frames * 2)
        unsafe state = .allocate(capacity: 1)
        unsafe peers = .allocate(capacity: Self.voices)
        var dice: UInt32 = 1
        for index in 0..<Self.voices * samples {
            dice = dice &* 1_664_525 &+ 1_013_904_223
            unsafe sources[index] = (Float(dice >> 8) / 8_388_608 - 1) * load.loudness
            unsafe copy[index] = 0
        }
        for voice in 0..<Self.voices {
            unsafe (peers + voice).initialize(to: mixing_voice())
            unsafe peers[voice].samples = UnsafePointer(sources + voice * samples)
        }
    }

    deinit {
        unsafe sources.deallocate()
        unsafe copy.deallocate()
        unsafe output.deallocate()
        unsafe state.deallocate()
        unsafe peers.deallocate()
    }

    /// Seconds that the renderer takes.
    mutating func render() -> Double {
        ticket += 1
        let ramp = RampShape(frames: load.isRamping ? Self.frames * 2 : 0, curve: .equalPower)
        let level = RampShape(frames: load.isRamping ? Self.frames * 2 : 0, curve: .linear)
        for slot in 0..<Self.voices {
            let ring = link.ring(slot)
            ring.reset()
            let source = unsafe UnsafeBufferPointer(start: peers[slot].samples, count: Self.frames * 2 + 4096)
            unsafe ring.write(source.span, channels: 2, gain: 1)
            send(RenderCommand(.attach, slot: slot, ticket: ticket))
            send(RenderCommand(.start, slot: slot, ticket: ticket, ramp: ramp))
            send(RenderCommand(.level, slot: slot, ticket: ticket, gain: load.isRamping ? 0.5 : 1, ramp: level))
        }
        renderer.takeCommands()
        let clock = ContinuousClock()
        let begin = clock.now
        var done = 0
        while done < Self.frames {
            unsafe renderer.render(2048, as: .s16, to: output + done * 2)
            done += 2048
        }
        let taken = clock.now - begin
        for slot in 0..<Self.voices { send(RenderCommand(.stop, slot: slot, ticket: ticket)) }
        renderer.takeCommands()
        renderer.advance(
            heard: renderer.frontier, audible: false,
            clock: FrameClock(frame: renderer.frontier, instant: 0, rate: 48_000), progressInterval: 1 << 40)
        while link.nextEvent() != nil {}
        return taken / .seconds(1)
    }

    /// Seconds that the peer takes.
    func mixPlainly() -> Double {
        unsafe mixing_begin(state, Self.ceiling)
        for voice in 0..<Self.voices {
            let length = load.isRamping ? Int32(Self.frames * 2) : 0
            unsafe peers[voice].level = mixing_ramp(from: 1, to: load.isRamping ? 0.5 : 1, done: 0, frames: length)
            unsafe peers[voice].fade = mixing_ramp(from: 0, to: 1, done: 0, frames: length)
        }
        let clock = ContinuousClock()
        let begin = clock.now
        var done = 0
        while done < Self.frames {
            unsafe mixing_block(state, peers, CInt(Self.voices), done, output + done * 2)
            done += Int(MIXING_BLOCK)
        }
        return (clock.now - begin) / .seconds(1)
    }

    /// Seconds that it takes to copy what the voices have.
    func copyPlainly() -> Double {
        let clock = ContinuousClock()
        let begin = clock.now
        for voice in 0..<Self.voices {
            unsafe mixing_copy(copy + voice * Self.frames * 2, peers[voice].samples, Self.frames * 2)
        }
        return (clock.now - begin) / .seconds(1)
    }

    private func send(_ command: RenderCommand) {
        precondition(link.send(command))
    }
}
