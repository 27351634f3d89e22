import Broadcasting
import ControllerAPI

/// Tells from a node's records of one cue how far it has come. Pure: the same records, in the order of their sequence, give the same.
struct PlaybackHistory: Sendable {
    private(set) var course = PlaybackCourse()
    /// As the node last told it.
    private(set) var title: String?

    /// Adds the next record. The first final one is the last word: what follows it changes nothing.
    mutating func add(_ record: JournalRecord) {
        guard case .playback(let event) = record.event, !course.final else { return }
        title = event.title ?? title
        course.due = event.due ?? course.due
        course.framesDue = event.framesDue ?? course.framesDue
        course.framesHeard = event.framesHeard ?? course.framesHeard
        course.rate = event.rate ?? course.rate
        course.peak = event.peak ?? course.peak
        course.gain = event.gain ?? course.gain
        course.at = record.at
        course.clockTrusted = record.clockTrusted
        course.reason = event.reason
        course.final = event.final
        switch event.kind {
        case .accepted: if course.state == .waiting { course.state = .accepted }
        case .fetched: if course.state == .waiting || course.state == .accepted { course.state = .fetched }
        case .started:
            course.state = .playing
            if course.startedAt == nil {
                course.startedAt = record.at
                course.startError = event.startError
            }
        case .resumed: course.state = .playing
        case .interrupted:
            course.state = .interrupted
            course.interruptions += 1
            course.by = event.by
        case .finished: end(.finished)
        case .stopped: end(.stopped)
        case .refused: end(.refused)
        case .missed: end(.missed)
        case .failed: end(.failed)
        }
    }

    private mutating func end(_ state: PlaybackState) {
        course.state = state
        course.final = true
    }
}
