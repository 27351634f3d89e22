import Testing

@testable import Rendering

@Suite struct GainRampTests {
    @Test(arguments: [RampShape.Curve.linear, .equalPower], [1, 2, 240, 960, 48_000])
    func `a ramp lands exactly on its target and never passes it`(curve: RampShape.Curve, frames: Int) {
        var dice = Dice(seed: UInt64(frames))
        for _ in 0..<20 {
            let from = Float.random(in: 0...2, using: &dice)
            let to = Float.random(in: 0...2, using: &dice)
            var ramp = GainRamp(from)
            ramp.move(to: to, shape: RampShape(frames: frames, curve: curve))
            var previous = from
            for frame in 0..<frames {
                #expect(ramp.remaining == Int32(frames - frame))
                ramp.advance(by: 1)
                let isOnTheWay = from <= to ? ramp.value >= previous - 1e-6 : ramp.value <= previous + 1e-6
                if !isOnTheWay { Issue.record("\(ramp.value) after \(previous), from \(from) to \(to)") }
                previous = ramp.value
            }
            #expect(ramp.value == to)
            #expect(ramp.remaining == 0)
        }
    }

    @Test func `two opposite equal-power ramps keep their power`() {
        var down = GainRamp(1)
        var up = GainRamp(0)
        down.move(to: 0, shape: RampShape(frames: 480, curve: .equalPower))
        up.move(to: 1, shape: RampShape(frames: 480, curve: .equalPower))
        for _ in 0..<480 {
            #expect(abs(down.value * down.value + up.value * up.value - 1) < 1e-5)
            down.advance(by: 1)
            up.advance(by: 1)
        }
    }

    @Test(arguments: [RampShape.Curve.linear, .equalPower])
    func `a ramp that is turned round starts from the gain of that moment`(curve: RampShape.Curve) {
        var ramp = GainRamp(0)
        ramp.move(to: 1, shape: RampShape(frames: 480, curve: curve))
        for _ in 0..<200 { ramp.advance(by: 1) }
        let moment = ramp.value
        ramp.move(to: 0, shape: RampShape(frames: 480, curve: curve))
        #expect(ramp.value == moment)
        ramp.advance(by: 1)
        #expect(abs(ramp.value - moment) < 0.01)
    }
}
