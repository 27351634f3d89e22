public import Broadcasting
import Directing

/// What sounds, and what does not and why, as a broadcaster reads it: each cue once, in the order of the instants at which they are due.
public struct Timeline: Sendable {
    /// One cue.
    public struct Entry: Hashable, Codable, Sendable {
        public var cue: CueID
        public var title: String
        public var due: Timestamp
        public var drill: Bool
        /// From when to when it sounds; more than one where it is interrupted and goes on.
        public var sounds: [Span]
        /// How it ends; nil while it has not.
        public var outcome: PlaybackEvent.Kind?
        public var reason: Reason?
        /// The cue that interrupts it, if one does.
        public var by: CueID?
    }

    public struct Span: Hashable, Codable, Sendable {
        public var from: Timestamp
        public var to: Timestamp

        public init(from: Timestamp, to: Timestamp) {
            self.from = from
            self.to = to
        }
    }

    private var entries: [CueID: Entry] = [:]

    public init() {}

    /// All entries, in the order of their instants.
    public var cues: [Entry] { entries.values.sorted { ($0.due, $0.cue) < ($1.due, $1.cue) } }

    /// Takes in a step of the rehearsal; anything but a record of a playback changes nothing.
    public mutating func note(_ step: Rehearsal.Step) {
        guard case .record(.playback(let event)) = step.effect else { return }
        var entry =
            entries[event.cue]
            ?? Entry(
                cue: event.cue, title: event.title ?? event.cue.item, due: event.due ?? step.at,
                drill: event.drill ?? false, sounds: [])
        if let due = event.due { entry.due = due }
        if let title = event.title { entry.title = title }
        switch event.kind {
        case .started, .resumed: entry.sounds.append(Span(from: step.at, to: .distantFuture))
        default: entry.close(at: step.at)
        }
        if event.final || event.kind == .interrupted {
            entry.by = event.by ?? entry.by
            entry.reason = event.reason
        }
        if event.final { entry.outcome = event.kind }
        entries[event.cue] = entry
    }
}

extension Timeline.Entry {
    fileprivate mutating func close(at instant: Timestamp) {
        guard let last = sounds.indices.last, sounds[last].to == .distantFuture else { return }
        sounds[last].to = instant
    }
}
