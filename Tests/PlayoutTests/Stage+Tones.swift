import Foundation
import Relaying

/// Tones, which say of what is heard where it comes from.
extension Stage {
    /// An MP3 of a tone with 16,000 bytes a second and no tag, as a station sends it; it is also the file `t<frequency>.mp3`.
    @discardableResult
    func tone(_ frequency: Int, seconds: Double, rate: Int = 44_100, gain: Int = -12) throws -> [UInt8] {
        try run(
            """
            sox -R -n -r \(rate) -c 2 t\(frequency).wav synth \(seconds) sine \(frequency) gain \(gain) && \
            lame --quiet -t -b 128 t\(frequency).wav t\(frequency).mp3
            """)
        return [UInt8](try Data(contentsOf: folder.appending(path: "t\(frequency).mp3")))
    }

    /// Seconds of what was heard, or of these samples of it, in which each of the tones sounds, 0 standing for silence; by twentieths of a
    /// second, those left out in which one turns into another.
    func seconds(_ frequencies: [Int], in range: Range<Int>? = nil) throws -> [Int: Double] {
        let heard = try heard()
        let range = range ?? 0..<heard.count
        var sums: [Int: Double] = [:]
        for start in stride(from: range.lowerBound, through: range.upperBound - 4_800, by: 4_800) {
            var crossings = 0
            var sign = 0
            for index in stride(from: start, to: start + 4_800, by: 2) where abs(Int(heard[index])) > 300 {
                if (sign < 0) != (heard[index] < 0), sign != 0 { crossings += 1 }
                sign = Int(heard[index])
            }
            let pitch = crossings * 10
            if let nearest = frequencies.min(by: { abs($0 - pitch) < abs($1 - pitch) }), abs(nearest - pitch) < 60 {
                sums[nearest, default: 0] += 0.05
            }
        }
        return sums
    }
}

extension RelayLimits {
    /// What takes seconds takes tenths.
    mutating func hurry() {
        answerTimeout = .milliseconds(800)
        stallTimeout = .milliseconds(500)
        shortestRetry = .milliseconds(50)
        longestRetry = .milliseconds(200)
        fallbackDelay = .milliseconds(500)
        silenceTimeout = .milliseconds(800)
        secondsToBegin = 0.4
        seconds = 1
        connectAhead = .seconds(2)
        spread = .zero
    }
}
