import Glibc

/// The correlation of a recording with a sweep, for each place at which the sweep could begin, in bands of frequency.
struct BandCorrelation {
    /// Frames in a second.
    let rate: Double
    /// One for each band, the lowest first: its values by place.
    private(set) var bands: [[Float]] = []
    /// The energy that the sweep has in each band.
    private(set) var energies: [Float] = []

    /// The correlation over all bands.
    var sum: [Float] {
        var sum = [Float](repeating: 0, count: bands.first?.count ?? 0)
        for band in bands {
            for place in sum.indices { sum[place] += band[place] }
        }
        return sum
    }

    /// - Parameter bands: how many, even: two are computed at a time, as the parts of complex numbers.
    init(
        of recording: [Float], with sweep: [Float], rate: Double, frequencies: ClosedRange<Double>, bands count: Int
    ) {
        self.rate = rate
        var size = 2
        while size < recording.count { size *= 2 }
        let transform = FourierTransform(size: size)
        var real = recording + [Float](repeating: 0, count: size - recording.count)
        var imaginary = sweep + [Float](repeating: 0, count: size - sweep.count)
        transform.transform(&real, &imaginary)
        let places = recording.count - sweep.count + 1
        let width = pow(frequencies.upperBound / frequencies.lowerBound, 1 / Double(count))
        let edges = (0...count).map {
            Int((frequencies.lowerBound * pow(width, Double($0)) / rate * Double(size)).rounded())
        }
        for first in stride(from: 0, to: count, by: 2) {
            var pairReal = [Float](repeating: 0, count: size)
            var pairImaginary = pairReal
            for band in [first, first + 1] {
                var energy: Float = 0
                for k in edges[band]..<edges[band + 1] {
                    // Both spectra of the packed pair: of what is real, and of what is imaginary.
                    let (a, b) = ((real[k], imaginary[k]), (real[size - k], imaginary[size - k]))
                    let recorded = ((a.0 + b.0) / 2, (a.1 - b.1) / 2)
                    let played = ((a.1 + b.1) / 2, (b.0 - a.0) / 2)
                    energy += 2 * (played.0 * played.0 + played.1 * played.1) / Float(size)
                    let product = (
                        recorded.0 * played.0 + recorded.1 * played.1, recorded.1 * played.0 - recorded.0 * played.1
                    )
                    // The second band is carried as the imaginary part: multiplied by i, on both sides of the spectrum.
                    if band == first {
                        pairReal[k] += product.0
                        pairImaginary[k] += product.1
                        pairReal[size - k] += product.0
                        pairImaginary[size - k] -= product.1
                    } else {
                        pairReal[k] -= product.1
                        pairImaginary[k] += product.0
                        pairReal[size - k] += product.1
                        pairImaginary[size - k] += product.0
                    }
                }
                energies.append(energy)
            }
            transform.transform(&pairImaginary, &pairReal)
            bands.append(pairReal[..<places].map { $0 / Float(size) })
            bands.append(pairImaginary[..<places].map { $0 / Float(size) })
        }
    }
}
