import ControllerAPI
import LoudnessMeasurement
import MP3Decoding
import RuntimeSupport

/// Decodes whole files and measures them, one at a time, on a queue of its own: minutes of sound take milliseconds, hours take seconds.
actor Examiner {
    /// What a file proved to be.
    struct Findings: Sendable, Hashable {
        var duration: Double
        var sampleRate: Int
        var channels: Int
        var loudness: Loudness
    }

    private let executor = DispatchExecutor(label: "loa.examiner")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// - Throws: `ProblemDetails` in words for the person who sent the file.
    func examine(_ path: String) throws -> Findings {
        var meter: LoudnessMeter?
        do {
            let inspection = try MP3Inspection(path: path) { samples, format in
                if meter == nil {
                    meter = try LoudnessMeter(sampleRate: format.sampleRate, channels: format.channels)
                }
                try meter?.add(samples)
            }
            let loudness = try meter?.measure() ?? Loudness(integrated: nil, truePeak: nil)
            guard inspection.duration <= 86_400 else {
                throw ProblemDetails(.unsuitableAudio, "The audio is longer than a day. Cut it into parts.")
            }
            return Findings(
                duration: inspection.duration, sampleRate: inspection.format.sampleRate,
                channels: inspection.format.channels, loudness: loudness)
        } catch let defect as MP3Defect {
            throw ProblemDetails(.unsuitableAudio, defect.description)
        }
    }
}
