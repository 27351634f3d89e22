import Broadcasting
import Foundation
import RuntimeSupport
import Testing

/// Timetables for a node whose controller the test plays.
extension Station {
    /// A file on the server, as documents name it, and what mpg123 makes of it.
    struct Clip: Sendable {
        var audio: AudioReference
        var sound: Sound
    }

    /// Makes noise and offers it, with its true length.
    func clip(_ name: String, seconds: Double) async throws -> Clip {
        let mp3 = try await workshop.noise(name, seconds: seconds)
        let sound = try await workshop.decoded(mp3, rate: 44_100)
        return Clip(audio: try offer(mp3, duration: Double(sound.frames) / 44_100), sound: sound)
    }

    /// A second that is so far away as a slow machine needs it to be.
    func time(in seconds: Double) -> LocalTime { LocalTime(in: seconds * patience.factor) }

    private static let scheduleTopic = Topic.schedule(commune)

    /// Publishes a schedule.
    func say(_ programmes: [Programme]) async throws {
        let document = ScheduleDocument(programmes: programmes, manifest: programmes.flatMap(\.content))
        try await controller.say(document, on: Self.scheduleTopic)
    }

    /// Puts a schedule into force, and returns when the node has it and its audio.
    ///
    /// - Throws: `SlowMachine` when that is later than a second and a half before `due`.
    func schedule(_ programmes: [Programme], before due: LocalTime? = nil) async throws {
        let known = controller.journal.all.count
        try await say(programmes)
        try await controller.told(.documentAccepted, from: known) { $0.topic == Self.scheduleTopic.description }
        for each in programmes.flatMap(\.content) { try await node.holds(each.sha256) }
        if let due, Timestamp.now.seconds(since: due.instant) > -1.5 {
            throw SlowMachine("the schedule came late")
        }
    }
}

extension Programme {
    /// A programme that occurs once.
    init(_ id: String, at start: LocalTime, whenLate: LatePolicy = .skip, _ blocks: Block...) {
        self.init(
            id: ProgrammeID(unchecked: id), title: id, class: .normal,
            start: Start(local: start.text, zone: "Asia/Ho_Chi_Minh"), blocks: blocks)
        self.whenLate = whenLate
    }

    /// Its one occurrence.
    var cue: CueID { CueID(programme: id, localStart: start.local, fold: 0) }
}

extension LocalTime {
    /// Waits for it.
    func comes() async throws {
        let left = instant.seconds(since: .now)
        if left > 0 { try await Task.sleep(for: .seconds(left)) }
    }
}
