import Glibc

/// Finds a sweep in a recording, and says how surely, how loud and when.
///
/// A matched filter: the recording is correlated with the sweep, in eight bands of equal musical width. The rule:
///
/// 1. The sum of the bands has its highest value at least 12 times above its floor, where the floor is the median magnitude of all
///    places over 0.6745, the standard deviation of what noise does. In Gaussian noise, of whatever colour within the bands, that
///    happens with a probability of 10⁵ · 2Q(12) < 10⁻²⁷; a sweep of 1.5 s that is 10 dB weaker than white noise of the same
///    bandwidth stands out 40 times.
/// 2. In at least half of the bands the highest value lies within 5 ms of that place, or is at most twice the one there, and stands
///    out 6 times. What only resembles a sweep (another sweep, speech, an instrument) does so at another time in each band.
///
/// An echo, a loudspeaker that carries half of the range, a clipped microphone and two clocks that differ by 300 ppm leave it heard.
public struct SweepDetector: Sendable {
    /// How many bands are looked at each for itself.
    public static let parts = 8
    /// How far the sum of the bands must stand out, as a factor.
    static let prominence: Float = 12
    /// How far a band must stand out, as a factor.
    static let partProminence: Float = 6
    /// Seconds by which the place in a band may differ from that of the sum.
    static let tolerance = 0.005

    private let sweep: ExponentialSweep

    public init(_ sweep: ExponentialSweep) { self.sweep = sweep }

    /// The lowest rate in Hz of a recording in which the sweep can be found.
    public var lowestRate: Double { 2.3 * sweep.frequencies.upperBound }

    /// Looks for the sweep in one channel of sound, recorded at `rate` frames in a second. Takes some 2 MB while it works.
    ///
    /// - Precondition: the rate is at least `lowestRate`.
    public func find(in recording: [Float], rate: Double) -> SweepFinding {
        precondition(rate >= lowestRate, "the rate holds the sweep")
        let factor = max(1, Int(rate / lowestRate))
        let peak = recording.reduce(0) { max($0, abs($1)) }
        var finding = SweepFinding(isHeard: false, parts: 0)
        finding.peak = peak > 0 ? 20 * log10(Double(peak)) : nil
        let sound = Decimation(by: factor).apply(to: recording)
        let template = sweep.samples(rate: rate / Double(factor))
        guard peak > 0, sound.count > template.count else { return finding }
        let correlation = BandCorrelation(
            of: sound, with: template, rate: rate / Double(factor), frequencies: sweep.frequencies, bands: Self.parts)
        judge(correlation, &finding)
        return finding
    }

    private func judge(_ correlation: BandCorrelation, _ finding: inout SweepFinding) {
        let whole = correlation.sum
        let floor = Self.floor(of: whole, energy: correlation.energies.reduce(0, +))
        guard let place = whole.indices.max(by: { abs(whole[$0]) < abs(whole[$1]) }) else { return }
        let prominence = abs(whole[place]) / floor
        finding.prominence = 20 * log10(Double(prominence))
        let reach = Int((Self.tolerance * correlation.rate).rounded(.up))
        var power = 0.0
        for (band, energy) in zip(correlation.bands, correlation.energies) {
            let floor = Self.floor(of: band, energy: energy)
            let near = band[max(0, place - reach)...min(band.count - 1, place + reach)]
            let here = near.reduce(0) { max($0, abs($1)) }
            let highest = band.reduce(0) { max($0, abs($1)) }
            guard here >= Self.partProminence * floor, 2 * here >= highest else { continue }
            finding.parts += 1
            power += max(0, Double(here) * Double(here) - Double(floor) * Double(floor)) / Double(energy)
        }
        finding.isHeard = prominence >= Self.prominence && 2 * finding.parts >= Self.parts
        guard finding.isHeard else { return }
        finding.level = 10 * log10(power / (sweep.duration * correlation.rate))
        finding.position = Double(place) / correlation.rate
    }

    /// The standard deviation that the values would have if they were noise; at least what a converter of 16 bits adds.
    private static func floor(of values: [Float], energy: Float) -> Float {
        var magnitudes = values.map(abs)
        let middle = magnitudes.count / 2
        magnitudes.sort()
        return max(magnitudes[middle] / 0.6745, (energy / 12).squareRoot() / 32_768)
    }
}
