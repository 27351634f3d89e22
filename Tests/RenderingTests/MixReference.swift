@testable import Rendering

/// The gain law, written down slowly in double precision, frame after frame: what the mix must be after any commands.
///
/// Knows nothing of blocks, rings, limiters or going back. Of one channel.
struct MixReference {
    struct Ramp {
        private var from: Double
        private var target: Double
        private var done = 0
        private var frames = 0
        private var curve = RampShape.Curve.linear

        init(_ value: Double) {
            from = value
            target = value
        }

        var isOver: Bool { done == frames }

        var value: Double {
            if isOver { return target }
            let along = Double(done) / Double(frames)
            switch curve {
            case .linear: return from + (target - from) * along
            case .equalPower:
                let old = from * Wave.sine(0.25 - along / 4)
                let new = target * Wave.sine(along / 4)
                return (old * old + new * new).squareRoot()
            }
        }

        mutating func move(to gain: Double, shape: RampShape) {
            from = value
            target = gain
            done = 0
            frames = from == gain ? 0 : Int(shape.frames)
            curve = shape.curve
        }

        mutating func advance() {
            if !isOver { done += 1 }
        }
    }

    enum Phase {
        case attached
        case armed(Int)
        case sounding, pausing, paused, stopping, over
    }

    struct Voice {
        let slot: Int
        var source: [Float]
        var isEndless = false
        var phase = Phase.attached
        var hasBegun = false
        var position = 0
        var level: Ramp
        var fade = Ramp(1)

        init(_ slot: Int, _ source: [Float], gain: Double, isEndless: Bool = false) {
            self.slot = slot
            self.source = source
            self.isEndless = isEndless
            level = Ramp(gain)
        }
    }

    /// Those that are not over.
    private var voices: [Voice] = []
    var frame = 0

    /// A voice moves in, silent.
    mutating func attach(_ voice: Voice) {
        voices.removeAll { $0.slot == voice.slot }
        voices.append(voice)
    }

    /// Does what the command says, from the next frame on. `start` is the frame of a start at an instant.
    mutating func apply(
        _ kind: RenderCommand.Kind, _ slot: Int, gain: Double = 1, ramp: RampShape = .immediate, start: Int? = nil
    ) {
        guard let index = voices.firstIndex(where: { $0.slot == slot }) else { return }
        var voice = voices[index]
        switch (kind, voice.phase) {
        case (.start, .attached), (.start, .paused):
            if voice.hasBegun { break }
            voice.phase = .armed(start ?? frame)
            voice.fade = Ramp(ramp.frames > 0 ? 0 : 1)
            voice.fade.move(to: 1, shape: ramp)
        case (.resume, .paused):
            voice.phase = .armed(frame)
            voice.fade.move(to: 1, shape: ramp)
        case (.resume, .pausing):
            voice.phase = .sounding
            voice.fade.move(to: 1, shape: ramp)
        case (.pause, .attached), (.pause, .armed):
            voice.phase = .paused
            voice.fade = Ramp(0)
        case (.pause, .sounding), (.pause, .pausing):
            voice.fade.move(to: 0, shape: ramp)
            voice.phase = voice.fade.isOver ? .paused : .pausing
        case (.stop, .sounding), (.stop, .pausing):
            voice.fade.move(to: 0, shape: ramp)
            voice.phase = voice.fade.isOver ? .over : .stopping
        case (.stop, .attached), (.stop, .armed), (.stop, .paused):
            voice.phase = .over
        case (.level, .sounding), (.level, .pausing), (.level, .stopping):
            voice.level.move(to: gain, shape: ramp)
        case (.level, _):
            voice.level.move(to: gain, shape: .immediate)
        default:
            break
        }
        voices[index] = voice
        if case .over = voice.phase { voices.remove(at: index) }
    }

    /// The next frame; calls `look` for each voice with its sample and gain.
    mutating func next(_ look: (_ slot: Int, _ position: Int, _ gain: Double) -> Void = { _, _, _ in }) -> Double {
        var sum = 0.0
        for index in voices.indices { sum += advance(&voices[index], look) }
        frame += 1
        return sum
    }

    private func advance(_ voice: inout Voice, _ look: (Int, Int, Double) -> Void) -> Double {
        if case .armed(let start) = voice.phase, start <= frame {
            voice.phase = .sounding
            voice.hasBegun = true
        }
        switch voice.phase {
        case .attached, .armed, .paused, .over:
            return 0
        case .sounding, .pausing, .stopping:
            break
        }
        let gain = voice.level.value * voice.fade.value
        let index = voice.isEndless ? voice.position % voice.source.count : voice.position
        let sample = Double(voice.source[index])
        look(voice.slot, index, gain)
        voice.level.advance()
        voice.fade.advance()
        voice.position += 1
        if !voice.isEndless, voice.position == voice.source.count {
            voice.phase = .over
        } else if voice.fade.isOver {
            if case .pausing = voice.phase { voice.phase = .paused }
            if case .stopping = voice.phase { voice.phase = .over }
        }
        return sample * gain
    }
}
