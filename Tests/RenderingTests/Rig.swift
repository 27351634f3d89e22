@testable import Rendering

/// A renderer with its link, driven by hand, without a device.
struct Rig: ~Copyable {
    let link = RenderLink()
    var renderer: Renderer
    let channels: Int
    /// How many voices each slot has had.
    private var attached = [Int](repeating: 0, count: Renderer.slots)

    init(channels: Int = 2, rate: Int = 48_000, ceiling: Float? = nil, isDithered: Bool = false) {
        self.channels = channels
        renderer = Renderer(link: link, channels: channels, rate: rate, ceiling: ceiling, isDithered: isDithered)
    }

    var clock: FrameClock { FrameClock(frame: 0, instant: 0, rate: 48_000) }

    /// Puts a voice with all its samples into a slot.
    mutating func attach(
        _ slot: Int, _ samples: [Float], channels: Int = 2, gain: Float = 1, isWhole: Bool = true, isFresh: Bool = true
    ) {
        if isFresh { link.ring(slot).reset() }
        link.ring(slot).write(samples.span, channels: channels, gain: 1)
        if isWhole { link.ring(slot).finish() }
        attached[slot] += 1
        send(.attach, slot, channels: channels, gain: gain)
    }

    mutating func send(
        _ kind: RenderCommand.Kind, _ slot: Int, channels: Int = 2, gain: Float = 1, ramp: RampShape = .immediate,
        instant: Int64 = RenderCommand.immediately
    ) {
        ask(kind, slot, channels: channels, gain: gain, ramp: ramp, instant: instant)
        renderer.takeCommands()
    }

    /// As `send`, while the renderer has not looked yet.
    func ask(
        _ kind: RenderCommand.Kind, _ slot: Int, channels: Int = 2, gain: Float = 1, ramp: RampShape = .immediate,
        instant: Int64 = RenderCommand.immediately
    ) {
        let ticket = UInt64(slot + 1 + Renderer.slots * max(attached[slot] - 1, 0))
        precondition(
            link.send(
                RenderCommand(
                    kind, slot: slot, ticket: ticket, channels: channels, gain: gain, ramp: ramp, instant: instant)))
    }

    /// Renders as `format`, and gives the bytes.
    mutating func render(_ frames: Int, as format: SampleFormat) -> [UInt8] {
        var output = [UInt8](repeating: 0xAA, count: frames * channels * format.bytes)
        unsafe output.withUnsafeMutableBytes { bytes in
            unsafe renderer.render(frames, as: format, to: bytes.baseAddress)
        }
        return output
    }

    mutating func render(_ frames: Int) -> [Float] {
        var output = [Float](repeating: .nan, count: frames * channels)
        unsafe output.withUnsafeMutableBytes { bytes in
            unsafe renderer.render(frames, as: .float, to: bytes.baseAddress)
        }
        return output
    }

    /// Renders after giving starts at an instant their frames, as the mixer does.
    mutating func renderPlacing(_ frames: Int) -> [Float] {
        renderer.placeStarts(within: frames, by: clock)
        return render(frames)
    }

    /// Has the device play everything up to `frame`, and returns what was reported.
    mutating func hear(_ frame: Int64, audible: Bool = true) -> [RenderEvent] {
        renderer.advance(heard: frame, audible: audible, clock: clock, progressInterval: 48_000)
        var events: [RenderEvent] = []
        while let event = link.nextEvent() { events.append(event) }
        return events
    }
}

/// A small generator (SplitMix64), so that a failure can be run again from its seed.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func noise(_ count: Int, peak: Float = 0.5) -> [Float] {
        (0..<count).map { _ in Float.random(in: -peak...peak, using: &self) }
    }
}
