import Broadcasting
import Crypto
import Foundation
import LoudnessMeasurement
import MP3Decoding
import ScheduleFiles

/// The audio files that a schedule file names, decoded and measured as the controller will do it.
struct LocalAudio: Sendable {
    /// What each name stands for. A piece of the library is known by its hash alone: its duration and gain are 0.
    private(set) var references: [AudioName: AudioReference] = [:]
    /// Where the files lie.
    private(set) var paths: [ContentHash: String] = [:]
    /// What is wrong with a file, by its name.
    private(set) var defects: [(name: AudioName, text: String)] = []

    /// - Parameter folder: where relative paths begin.
    init(_ names: [AudioName], folder: String) {
        for name in names {
            switch name {
            case .library(let hash):
                references[name] = AudioReference(sha256: hash, bytes: 1, duration: 0, gain: 0)
            case .file(let relative):
                let path = relative.hasPrefix("/") ? relative : "\(folder)/\(relative)"
                do {
                    let reference = try Self.measure(path)
                    references[name] = reference
                    paths[reference.sha256] = path
                } catch {
                    defects.append((name, "\(error)"))
                }
            }
        }
    }

    /// Decodes a file whole.
    private static func measure(_ path: String) throws -> AudioReference {
        let file = try LocalFile(path)
        var meter: LoudnessMeter?
        let inspection = try MP3Inspection(path: path) { samples, format in
            if meter == nil { meter = try LoudnessMeter(sampleRate: format.sampleRate, channels: format.channels) }
            try meter?.add(samples)
        }
        let loudness = try meter?.measure() ?? Loudness(integrated: nil, truePeak: nil)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClientError.file("\(path) cannot be read")
        }
        return AudioReference(
            sha256: ContentHash(SHA256.hash(data: data)), bytes: file.bytes, duration: inspection.duration,
            gain: loudness.gain())
    }
}
