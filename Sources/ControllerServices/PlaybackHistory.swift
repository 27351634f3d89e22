import Broadcasting
import ControllerAPI

/// Tells from a node's records of one cue how far it has come. Pure: the same records, in the order of their sequence, give the same.
struct PlaybackHistory: Sendable {
    private(set) var playback: Playback

    init(node: NodeID, broadcast: BroadcastID, occurrence: Int) {
        playback = Playback(node: node, broadcast: broadcast, occurrence: occurrence, state: .waiting)
    }

    /// Adds the next record. The first final one is the last word: what follows it changes nothing.
    mutating func add(_ record: JournalRecord) {
        guard case .playback(let event) = record.event, !playback.final else { return }
        playback.due = event.due ?? playback.due
        playback.framesDue = event.framesDue ?? playback.framesDue
        playback.framesHeard = event.framesHeard ?? playback.framesHeard
        playback.rate = event.rate ?? playback.rate
        playback.peak = event.peak ?? playback.peak
        playback.gain = event.gain ?? playback.gain
        playback.at = record.at
        playback.clockTrusted = record.clockTrusted
        playback.reason = event.reason
        playback.final = event.final
        switch event.kind {
        case .accepted: if playback.state == .waiting { playback.state = .accepted }
        case .fetched: if playback.state == .waiting || playback.state == .accepted { playback.state = .fetched }
        case .started:
            playback.state = .playing
            if playback.startedAt == nil {
                playback.startedAt = record.at
                playback.startError = event.startError
            }
        case .resumed: playback.state = .playing
        case .interrupted:
            playback.state = .interrupted
            playback.interruptions += 1
            playback.by = event.by
        case .finished: end(.finished)
        case .stopped: end(.stopped)
        case .refused: end(.refused)
        case .missed: end(.missed)
        case .failed: end(.failed)
        }
    }

    private mutating func end(_ state: PlaybackState) {
        playback.state = state
        playback.final = true
    }
}
