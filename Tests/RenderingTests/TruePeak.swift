import CRealtime

/// The slow reference for true peaks: sixteen points for each sample, by a windowed sinc of 96 samples in double precision.
enum TruePeak {
    private static let points = 16
    private static let side = 48

    /// Taps of each point between two samples.
    private static let taps: [[Double]] = (1..<points).map { point in
        let offset = Double(point) / Double(points)
        return (-side + 1...side).map { tap in
            let distance = Double(tap) - offset
            let edge = distance / Double(side)
            return sinc(distance) * bessel(9 * (max(0, 1 - edge * edge)).squareRoot()) / bessel(9)
        }
    }

    private static func sinc(_ x: Double) -> Double {
        // sin(πx) from the tangent of the half angle, which is what there is without Foundation.
        let half = realtime_tangent(.pi * (x - x.rounded()) / 2)
        let sine = 2 * half / (1 + half * half)
        let isOdd = Int(x.rounded()) % 2 != 0
        return x == 0 ? 1 : (isOdd ? -sine : sine) / (.pi * x)
    }

    private static func bessel(_ x: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        for k in 1...30 {
            term *= (x / 2 / Double(k)) * (x / 2 / Double(k))
            sum += term
        }
        return sum
    }

    /// The greatest magnitude that one channel's signal reaches at or between its samples `range`, all of them where nil; silence
    /// before and after the signal.
    static func of(_ samples: [Float], within range: Range<Int>? = nil) -> Double {
        let padded =
            [Double](repeating: 0, count: side) + samples.map(Double.init) + [Double](repeating: 0, count: side)
        var peak = 0.0
        unsafe padded.withUnsafeBufferPointer { padded in
            for row in [[1.0]] + taps {
                unsafe row.withUnsafeBufferPointer { row in
                    let first = row.count == 1 ? 0 : -side + 1
                    for frame in (range ?? samples.indices).map({ $0 + side }) {
                        var sum = 0.0
                        var tap = 0
                        while tap < row.count {
                            sum += unsafe row[tap] * padded[frame + first + tap]
                            tap += 1
                        }
                        peak = max(peak, abs(sum))
                    }
                }
            }
        }
        return peak
    }
}
