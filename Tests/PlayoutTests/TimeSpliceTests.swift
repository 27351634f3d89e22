import Foundation
import Testing

@testable import Playout

/// How sound is made a little shorter or longer.
@Suite struct TimeSpliceTests {
    private func tone(_ frequency: Double, frames: Int = 4_000) -> FrameQueue {
        var queue = FrameQueue(channels: 2)
        let samples = (0..<frames).flatMap { frame -> [Float] in
            let value = Float(0.5 * sin(2 * .pi * frequency * Double(frame) / 48_000))
            return [value, -value]
        }
        queue.append(samples.span)
        return queue
    }

    @Test(arguments: [110.0, 220, 441, 1_000, 3_333])
    func `a tone stays a tone, shorter or longer by some milliseconds`(frequency: Double) {
        for isLonger in [false, true] {
            var queue = tone(frequency)
            let change = isLonger ? TimeSplice.lengthen(&queue, rate: 48_000) : TimeSplice.shorten(&queue, rate: 48_000)
            #expect(240...960 ~= change)
            #expect(queue.frames == 4_000 + (isLonger ? change : -change))
            // No step is greater than those of the tone, and the level holds.
            let steepest = 0.5 * 2 * .pi * frequency / 48_000 * 1.3 + 0.002
            var step: Float = abs(queue[0])
            var power = 0.0
            for frame in 1..<queue.frames {
                step = max(step, abs(queue[frame * 2] - queue[frame * 2 - 2]))
                power += Double(queue[frame * 2] * queue[frame * 2])
                #expect(queue[frame * 2] == -queue[frame * 2 + 1])
            }
            #expect(Double(step) < steepest)
            #expect(abs(10 * log10(power / Double(queue.frames) / 0.125)) < 0.5)
        }
    }
}
