import Broadcasting
import Foundation
import Glibc
import Rehearsing
import SoundWriting
import ZoneReading

/// Writes the sound of a rehearsal to a file. It gets its name only when all of it is written.
struct RehearsalRecorder {
    private let path: String
    private let form: SoundFileForm
    private let recording: Recording
    private let console: Console

    /// - Throws: `ClientError` where a piece of audio is not on this machine, or the name says no form.
    init(path: String, station: RehearsedStation, console: Console) throws {
        guard let form = SoundFileForm(path: path) else {
            throw ClientError.usage("'\(path)' says neither FLAC nor WAV: give --out a name that ends in .flac or .wav")
        }
        let away = Set(station.plans.flatMap(\.libraryPieces)).sorted()
        guard away.isEmpty else {
            throw ClientError.file(
                "--out needs all audio as files of this machine, and these are in a library only: \(away.map { "\($0)" }.joined(separator: ", "))"
            )
        }
        let paths = station.plans.reduce(into: [ContentHash: String]()) { all, plan in
            all.merge(plan.audio.paths) { first, _ in first }
        }
        self.path = path
        self.form = form
        self.console = console
        recording = Recording { paths[$0.sha256] }
    }

    /// - Throws: `ClientError.file` where the file cannot be written to its end; none is left then.
    func record(
        _ script: Rehearsal.Script, leadIn: Double, from: Timestamp, to: Timestamp
    ) throws -> RehearsalRecording {
        let part = "\(path).part"
        defer { unsafe unlink(part) }
        do {
            let tape = try Tape(
                try SoundFileWriter(path: part, form: form, rate: recording.rate, channels: recording.channels),
                seconds: to.seconds(since: from), rate: recording.rate, console: console)
            try Rehearsal.record(
                script, from: from.advanced(bySeconds: -leadIn), recordingFrom: from, to: to, as: recording,
                zones: ZoneDatabase().rules
            ) { try tape.write($0) }
            let (frames, peak) = try tape.finish()
            guard unsafe rename(part, path) == 0 else {
                throw ClientError.file("\(path) cannot be written: \(unsafe String(cString: strerror(errno)))")
            }
            return RehearsalRecording(
                path: path, bytes: try LocalFile(path).bytes, rate: recording.rate, channels: recording.channels,
                frames: frames, peak: peak)
        } catch let error as SoundWritingError {
            throw ClientError.file("\(path) cannot be written (\(error))")
        }
    }

    /// The file under way.
    private final class Tape {
        private var writer: SoundFileWriter
        private var loudest: UInt16 = 0
        private let seconds: Double
        private let rate: Int
        private let console: Console
        private var told: Int64 = 0

        init(_ writer: consuming SoundFileWriter, seconds: Double, rate: Int, console: Console) throws {
            self.writer = writer
            self.seconds = seconds
            self.rate = rate
            self.console = console
        }

        func write(_ samples: Span<Int16>) throws {
            try writer.write(samples)
            for index in samples.indices { loudest = max(loudest, samples[index].magnitude) }
            guard writer.frames - told > 60 * Int64(rate) else { return }
            told = writer.frames
            let share = Double(told) / Double(rate) / seconds
            console.status("recording, \(Int(share * 100)) %")
        }

        func finish() throws -> (frames: Int64, peak: Double?) {
            if told > 0 { console.clearStatus() }
            try writer.finish()
            return (writer.frames, loudest > 0 ? 20 * log10(Double(loudest) / 32_768) : nil)
        }
    }
}
