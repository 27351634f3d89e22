import Broadcasting
import Foundation
import ScheduleFiles
import Timetabling
import ZoneReading

/// A schedule file of this machine without a fault, and its audio.
struct SchedulePlan: Sendable {
    let file: ScheduleFile
    let audio: LocalAudio
    let zones = ZoneDatabase()

    /// Reads and checks the file at `path`, and its audio.
    ///
    /// - Throws: `ClientError.file` with all that is wrong, a line each.
    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClientError.file("there is no file \(path), or it cannot be read")
        }
        let reading = ScheduleFile.read(Array(data), rules: zones.rules)
        var lines = reading.problems.map { "\(path):\($0)" }
        file = reading.file
        let folder = URL(filePath: path).deletingLastPathComponent().path
        audio = LocalAudio(file.audio, folder: folder)
        lines += audio.defects.map { "\(path): \($0.name): \($0.text)" }
        guard lines.isEmpty else {
            throw ClientError.file(
                "\(path) has \(lines.count == 1 ? "a fault" : "\(lines.count) faults")\n"
                    + lines.map(\.printable).joined(separator: "\n"))
        }
    }

    /// The programmes of each scope, with what is known of their audio.
    var programmes: [Scope: [Programme]] { file.documents(audio: audio.references).mapValues(\.programmes) }

    var timetable: Timetable { Timetable(programmes, rules: zones.rules) }

    /// Pieces of the library, whose length is not known here.
    var libraryPieces: [AudioName] {
        file.scheduledAudio.filter { if case .library = $0 { true } else { false } }
    }
}
