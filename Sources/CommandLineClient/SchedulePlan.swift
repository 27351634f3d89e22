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
    /// - Parameter broadcast: where it is given, only the audio of the broadcast of this name is looked at: what is to sound at
    ///   once does not wait for the rest, nor fail with it.
    /// - Throws: `ClientError.file` with all that is wrong, a line each.
    init(path: String, broadcast: String? = nil) throws {
        let reading = ScheduleFile.read(try LocalFile(path).bytes(atMost: 1 << 20), rules: zones.rules)
        file = reading.file
        var places = reading.audio
        if let broadcast {
            let needed = Set(file.broadcasts.first { $0.name == broadcast }?.allAudio ?? [])
            places = places.filter { needed.contains($0.key) }
        }
        audio = LocalAudio(places.keys.sorted(), folder: URL(filePath: path).deletingLastPathComponent().path)
        var problems = reading.problems
        for defect in audio.defects {
            guard let place = places[defect.name] else { continue }
            problems.append(ScheduleProblem(.meaning, at: place, defect.text))
        }
        guard problems.isEmpty else {
            throw ClientError.file(
                "\(path) has \(problems.count == 1 ? "a fault" : "\(problems.count) faults")\n"
                    + problems.sorted().map { "\(path):\($0)".printable }.joined(separator: "\n"))
        }
    }

    /// The programmes of each scope, with what is known of their audio.
    var programmes: [Scope: [Programme]] { file.documents(audio: audio.references).mapValues(\.programmes) }

    /// What a person should know of programmes that are no fault: those of which nothing sounds, those whose ends are cut off, and
    /// those that are due again while they still sound.
    func notes(_ programmes: [Scope: [Programme]]) -> [String] {
        let zone = try? LocalZone(file.zone)
        let overlaps = Timetable(programmes, rules: zones.rules).items.compactMap { item in
            item.overlapOfItself().map { first, second in
                let length = DurationText.text(second.end.seconds(since: second.start))
                let distance = DurationText.text(second.start.seconds(since: first.start))
                let due = zone?.text(second.start) ?? second.localStart
                return
                    "note: \(first.programme) takes \(length) and is due again after \(distance), as at \(due): then it begins late, as its whenLate says, or not at all"
            }
        }
        return overlaps
            + programmes.sorted { $0.key < $1.key }.flatMap(\.value).compactMap { programme in
                let isSilent = programme.blocks.allSatisfy { if case .pause = $0 { true } else { false } }
                if isSilent {
                    return "note: \(programme.id) has pauses alone: nothing of it sounds"
                }
                guard let slot = programme.slot, programme.duration > slot else { return nil }
                let (length, whole) = (DurationText.text(slot), DurationText.text(programme.duration))
                return "note: \(programme.id) takes \(whole), longer than its slot of \(length): its end is cut off"
            }
    }

    var timetable: Timetable { Timetable(programmes, rules: zones.rules) }

    /// Pieces of the library, whose length is not known here.
    var libraryPieces: [AudioName] {
        file.scheduledAudio.filter { if case .library = $0 { true } else { false } }
    }
}
