import MP3Decoding
import Rendering

/// Some MP3 files, decoded and mixed as the node does it, without its threads and without a device.
@safe
final class Mixdown {
    /// A file that cannot take part.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private static let period = 2048
    private static let chunk = 4608
    private static let low: Float = 0.5
    private static let high: Float = 1

    private let paths: [String]
    private let link = RenderLink()
    private var renderer: Renderer
    private let output: UnsafeMutablePointer<Int16>

    init(paths: [String]) throws {
        guard (1...Renderer.slots).contains(paths.count) else {
            throw Refusal(description: "1 to \(Renderer.slots) files, please")
        }
        self.paths = paths
        renderer = Renderer(link: link, channels: 2, ceiling: 0.891_250_94)
        unsafe output = .allocate(capacity: Self.period * 2)
    }

    deinit {
        unsafe output.deallocate()
    }

    /// Plays all from their beginnings to the end of the shortest. Returns how many frames that was.
    func run() throws -> Int {
        var decoders = try InlineArray<16, MP3Decoder?>.filled { slot in
            slot < self.paths.count ? try MP3Decoder(path: self.paths[slot]) : nil
        }
        for slot in paths.indices {
            guard let format = decoders[slot]?.format, format.sampleRate == 48_000 else {
                throw Refusal(description: "\(paths[slot]) is not of 48 kHz")
            }
            link.ring(slot).reset()
            send(
                RenderCommand(.attach, slot: slot, ticket: UInt64(slot + 1), channels: format.channels, gain: Self.high)
            )
            send(RenderCommand(.start, slot: slot, ticket: UInt64(slot + 1)))
        }
        renderer.takeCommands()
        var samples = [Float](repeating: 0, count: Self.chunk * 2)
        var blocks = 0
        while true {
            // One voice after the other is lowered and raised, so that always one moves at the least.
            let (slot, turn) = (blocks % paths.count, blocks / paths.count)
            let gain = turn.isMultiple(of: 2) ? Self.low : Self.high
            let ramp = RampShape(frames: Self.period, curve: .linear)
            send(RenderCommand(.level, slot: slot, ticket: UInt64(slot + 1), gain: gain, ramp: ramp))
            renderer.takeCommands()
            blocks += 1
            for slot in paths.indices {
                let ring = link.ring(slot)
                while ring.written < renderer.frontier + Int64(Self.period) {
                    var span = samples.mutableSpan
                    let count = try decoders[slot]?.read(into: &span) ?? 0
                    guard count > 0, let channels = decoders[slot]?.format.channels else {
                        return Int(renderer.frontier)
                    }
                    ring.write(samples.span.extracting(0..<count * channels), channels: channels, gain: 1)
                }
            }
            unsafe renderer.render(Self.period, as: .s16, to: output)
            renderer.advance(
                heard: renderer.frontier, audible: true,
                clock: FrameClock(frame: renderer.frontier, instant: 0, rate: 48_000), progressInterval: 1 << 40)
            while link.nextEvent() != nil {}
        }
    }

    private func send(_ command: RenderCommand) {
        precondition(link.send(command), "the ring of commands is full")
    }
}

extension InlineArray where Element: ~Copyable {
    fileprivate static func filled(_ make: (Int) throws -> Element) throws -> InlineArray {
        try InlineArray(make)
    }
}
