import Glibc

/// The discrete Fourier transform of complex sequences of one length, a power of two.
///
/// Radix 2, in place, its factors computed once in double precision: within 2⁻²⁰ of the exact transform, relative to its
/// largest value, up to 2¹⁸ points.
struct FourierTransform {
    let size: Int
    /// cos and −sin of 2πk/size, for the first half of the circle.
    private let cosines: [Float]
    private let sines: [Float]

    /// - Precondition: `size` is a power of two, 2 at least.
    init(size: Int) {
        precondition(size >= 2 && size & (size - 1) == 0, "a power of two")
        self.size = size
        let angles = (0..<size / 2).map { -2 * Double.pi * Double($0) / Double(size) }
        cosines = angles.map { Float(cos($0)) }
        sines = angles.map { Float(sin($0)) }
    }

    /// Transforms `real` + i·`imaginary` in place: X[k] = Σ x[n]·e^(−2πikn/size).
    ///
    /// Exchanging the two parts before and after gives the inverse, times `size`.
    func transform(_ real: inout [Float], _ imaginary: inout [Float]) {
        precondition(real.count == size && imaginary.count == size, "as many as the transform was made for")
        unsafe real.withUnsafeMutableBufferPointer { real in
            unsafe imaginary.withUnsafeMutableBufferPointer { imaginary in
                unsafe reorder(real, imaginary)
                var width = 1
                while width < size {
                    unsafe combine(real, imaginary, width: width)
                    width *= 2
                }
            }
        }
    }

    /// Puts each element where the bits of its place, read backwards, say.
    private func reorder(_ real: UnsafeMutableBufferPointer<Float>, _ imaginary: UnsafeMutableBufferPointer<Float>) {
        var partner = 0
        for place in 1..<size {
            var bit = size >> 1
            while partner & bit != 0 {
                partner ^= bit
                bit >>= 1
            }
            partner |= bit
            if place < partner {
                unsafe real.swapAt(place, partner)
                unsafe imaginary.swapAt(place, partner)
            }
        }
    }

    /// Makes transforms of 2·`width` points of those of `width` points.
    private func combine(
        _ real: UnsafeMutableBufferPointer<Float>, _ imaginary: UnsafeMutableBufferPointer<Float>, width: Int
    ) {
        let stride = size / (2 * width)
        var first = 0
        while first < size {
            var low = first
            var factor = 0
            while low < first &+ width {
                let high = low &+ width
                let (c, s) = (cosines[factor], sines[factor])
                let (r, i) = unsafe (real[high], imaginary[high])
                let (turnedReal, turnedImaginary) = (r * c - i * s, r * s + i * c)
                let (a, b) = unsafe (real[low], imaginary[low])
                unsafe real[high] = a - turnedReal
                unsafe imaginary[high] = b - turnedImaginary
                unsafe real[low] = a + turnedReal
                unsafe imaginary[low] = b + turnedImaginary
                low = low &+ 1
                factor = factor &+ stride
            }
            first += 2 * width
        }
    }
}
