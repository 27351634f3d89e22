import Foundation
import ScheduleFiles
import ZoneReading

/// The example files of the project.
enum Example {
    static let names = ["commune", "city-ward", "flood-plan"]
    static let zones = ZoneDatabase()
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "schedules")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: "\(name).yaml"), encoding: .utf8)
    }

    static func read(_ text: String) -> ScheduleFile.Reading {
        ScheduleFile.read(Array(text.utf8), rules: zones.rules)
    }
}
