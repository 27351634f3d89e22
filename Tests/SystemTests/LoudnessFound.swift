import BroadcastTesting
import Foundation

/// What ffmpeg's meter (EBU R 128) finds in a WAV file.
struct LoudnessFound: Sendable {
    /// Integrated loudness in LUFS.
    var integrated: Double
    /// dBTP; nil where the filter was not asked for it.
    var truePeak: Double?

    /// Measures by the audio filters `filter`, of which the last is `ebur128`.
    init(wav path: String, filter: String) async throws {
        let (ending, child) = try await Tool.end(
            of: "ffmpeg", ["-nostdin", "-hide_banner", "-i", path, "-af", filter, "-f", "null", "-"])
        guard ending == .exited(0), let summary = child.errors.range(of: "Summary:") else {
            throw ToolFailure(description: "ffmpeg \(path): \(ending)\n\(child.errors)")
        }
        let lines = child.errors[summary.upperBound...].split(separator: "\n")
        func figure(_ name: String) -> Double? {
            lines.first { $0.contains(name) }.flatMap { $0.split(separator: " ").compactMap { Double($0) }.first }
        }
        guard let integrated = figure("I:") else {
            throw ToolFailure(description: "ffmpeg tells no loudness of \(path)\n\(child.errors)")
        }
        self.integrated = integrated
        truePeak = figure("Peak:")
    }
}
