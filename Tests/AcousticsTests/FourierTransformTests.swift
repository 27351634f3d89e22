import Foundation
import Testing

@testable import Acoustics

@Suite struct FourierTransformTests {
    @Test(arguments: [2, 4, 32, 256]) func `it is the sum that the definition says`(size: Int) {
        var dice = Dice(seed: UInt64(size))
        let input = (0..<size).map { _ in (dice.normal(), dice.normal()) }
        var real = input.map { Float($0.0) }
        var imaginary = input.map { Float($0.1) }
        FourierTransform(size: size).transform(&real, &imaginary)
        for k in 0..<size {
            var sum = (0.0, 0.0)
            for (n, x) in input.enumerated() {
                let angle = -2 * Double.pi * Double(k * n % size) / Double(size)
                sum.0 += x.0 * cos(angle) - x.1 * sin(angle)
                sum.1 += x.0 * sin(angle) + x.1 * cos(angle)
            }
            #expect(abs(Double(real[k]) - sum.0) < 1e-4, "seed \(size), real \(k)")
            #expect(abs(Double(imaginary[k]) - sum.1) < 1e-4, "seed \(size), imaginary \(k)")
        }
    }

    @Test func `with its parts exchanged it leads back`() {
        var dice = Dice(seed: 7)
        let size = 4096
        let input = (0..<size).map { _ in Float(dice.normal()) }
        var real = input
        var imaginary = [Float](repeating: 0, count: size)
        let transform = FourierTransform(size: size)
        transform.transform(&real, &imaginary)
        transform.transform(&imaginary, &real)
        let error = zip(real, input).map { abs($0 / Float(size) - $1) }.max() ?? 1
        #expect(error < 1e-5)
    }
}
