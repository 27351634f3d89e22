import ScheduleFiles

/// The file that a rehearsal's sound was written to.
struct RehearsalRecording: Codable {
    var path: String
    var bytes: Int64
    var rate: Int
    var channels: Int
    var frames: Int64
    /// The loudest sample, in dBFS; nil where all is silence.
    var peak: Double?

    var text: String {
        let seconds = Double(frames) / Double(rate)
        let loudest = peak.map { "the loudest sample at \(decimalText($0, 1)) dBFS" } ?? "all of it silence"
        return "\(path): \(DurationText.text(seconds)) at \(rate) Hz, \(bytes / 1000) kB, \(loudest)"
    }
}
