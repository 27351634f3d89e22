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
        /// Seconds from the instant at which it is due to the first at which it sounds, where that is late by a second or more.
        public var lateness: Double?
        /// Seconds of its beginning that are not heard, since it joins in where it would be by then.
        public var offset: Double?
        /// The cue that had the loudspeaker when it was due, where it begins late or expires.
        public var heldBy: CueID?
        /// The gain in dB at which it begins, and what that is made of.
        public var gain: Double?
        public var gains: GainChain?
        /// Its relays, none of which is connected to.
        public var relays: [Relay]
    }

    public struct Span: Hashable, Codable, Sendable {
        public var from: Timestamp
        public var to: Timestamp

        public init(from: Timestamp, to: Timestamp) {
            self.from = from
            self.to = to
        }

        /// Whether any of it lies between `from` and `to`.
        func meets(_ from: Timestamp, _ to: Timestamp) -> Bool { self.from < to && from < self.to }
    }

    /// A relay of which a rehearsal sounds what a node sounds when the station does not answer.
    public struct Relay: Hashable, Codable, Sendable {
        public var url: String
        /// Seconds.
        public var duration: Double
        /// Whether it has a fallback, which sounds after the delay that nodes keep; without one it is silent.
        public var hasFallback: Bool
    }

    private var entries: [CueID: Entry] = [:]
    /// The relays of what was loaded and has no record yet.
    private var loaded: [CueID: [Relay]] = [:]

    public init() {}

    /// All entries, in the order of their instants.
    public var cues: [Entry] { entries.values.sorted { ($0.due, $0.cue) < ($1.due, $1.cue) } }

    /// Those that are due from `from` on and before `to`, or sound between the two.
    public func cues(from: Timestamp, to: Timestamp) -> [Entry] {
        cues.filter { entry in
            (entry.due >= from && entry.due < to) || entry.sounds.contains { $0.meets(from, to) }
        }
    }

    /// Takes in a step of the rehearsal; anything but a record of a playback and an order to load changes nothing.
    public mutating func note(_ step: Rehearsal.Step) {
        switch step.effect {
        case .load(let cue, let order): note(Self.relays(of: order), of: cue)
        case .record(.playback(let event)): note(event, at: step.at)
        default: break
        }
    }

    private mutating func note(_ relays: [Relay], of cue: CueID) {
        guard !relays.isEmpty else { return }
        loaded[cue] = relays
        entries[cue]?.relays = relays
    }

    private mutating func note(_ event: PlaybackEvent, at instant: Timestamp) {
        var entry =
            entries[event.cue]
            ?? Entry(
                cue: event.cue, title: event.title ?? event.cue.item, due: event.due ?? instant,
                drill: event.drill ?? false, sounds: [], relays: loaded.removeValue(forKey: event.cue) ?? [])
        if let due = event.due { entry.due = due }
        if let title = event.title { entry.title = title }
        switch event.kind {
        case .started, .resumed:
            if entry.sounds.isEmpty {
                entry.offset = event.offset
                let lateness = instant.seconds(since: entry.due)
                if lateness >= 1 {
                    entry.lateness = lateness
                    entry.heldBy = cue(soundingAt: entry.due)
                }
            }
            entry.sounds.append(Span(from: instant, to: .distantFuture))
            entry.gain = entry.gain ?? event.gain
            entry.gains = entry.gains ?? event.gains
        default: entry.close(at: instant)
        }
        if event.final || event.kind == .interrupted {
            entry.by = event.by ?? entry.by
            entry.reason = event.reason
        }
        if event.final { entry.outcome = event.kind }
        if event.kind == .missed, event.reason?.code == .expired { entry.heldBy = cue(soundingAt: entry.due) }
        entries[event.cue] = entry
    }

    private func cue(soundingAt instant: Timestamp) -> CueID? {
        entries.values.filter { $0.sounds.contains { $0.from <= instant && instant < $0.to } }.map(\.cue).min()
    }

    private static func relays(of order: LoadOrder) -> [Relay] {
        order.blocks.compactMap { block in
            guard case .relay(let url, let duration, let fallback) = block else { return nil }
            return Relay(url: url, duration: duration, hasFallback: fallback != nil)
        }
    }
}

extension Timeline.Entry {
    fileprivate mutating func close(at instant: Timestamp) {
        guard let last = sounds.indices.last, sounds[last].to == .distantFuture else { return }
        sounds[last].to = instant
    }
}
