import Broadcasting
import Scheduling

/// One occurrence of something that is to sound: what, when, how strongly. All that follows is blind to where it came from.
struct Cue: Hashable, Sendable {
    var id: CueID
    var title: String
    var drill: Bool
    /// In the order of playing.
    var blocks: [Programme.Block]
    var due: Timestamp
    /// After it, the cue is not started.
    var expires: Timestamp
    /// At this instant it ends, whatever happens; nil where only its maximum duration ends it.
    var hardEnd: Timestamp?
    /// Whether one that begins late begins where it would be by then.
    var joinsInProgress = false
    var priority: Priority
    var over: Covering
    var whenInterrupted: InterruptionPolicy
    /// Gain in dB beside that of the node.
    var volume: Double
    /// Seconds of sound.
    var maximumDuration: Double

    /// Seconds that its blocks take.
    var duration: Double { blocks.reduce(0) { $0 + $1.duration } }

    /// Seconds into its blocks at which its first relay begins, if it has one.
    var firstRelay: Double? {
        let index = blocks.firstIndex { if case .relay = $0 { true } else { false } }
        return index.map { blocks[..<$0].reduce(0) { $0 + $1.duration } }
    }

    /// The audio that should be on the disk for it.
    var audio: [AudioReference] { blocks.compactMap(\.content) }

    var isEmergency: Bool { priority.isEmergency }

    var isProgramme: Bool { id.kind == .programme }

    /// After it, the cue is not gone on with once it is silent.
    var goesOnUntil: Timestamp { hardEnd ?? expires }
}

extension Cue {
    static func id(of programme: Programme, _ occurrence: LocalOccurrence) -> CueID {
        CueID(programme: programme.id, localStart: "\(occurrence.local)", fold: occurrence.fold)
    }

    /// An occurrence of `programme`.
    init(_ programme: Programme, _ occurrence: LocalOccurrence) {
        let due = occurrence.instant
        let duration = programme.duration
        let hardEnd = due.advanced(bySeconds: programme.slot ?? duration + programme.grace)
        let punctual = Double(DirectorTimes.punctual) / 1e9
        let late =
            switch programme.whenLate {
            case .joinInProgress: duration - punctual
            case .startWhole: programme.grace
            case .skip: 0.0
            }
        self.init(
            id: Self.id(of: programme, occurrence),
            title: programme.title, drill: false, blocks: programme.blocks, due: due,
            expires: max(
                due.advanced(byNanoseconds: DirectorTimes.punctual), min(due.advanced(bySeconds: late), hardEnd)),
            hardEnd: hardEnd, joinsInProgress: programme.whenLate == .joinInProgress, priority: programme.priority,
            over: .interrupt, whenInterrupted: programme.whenInterrupted, volume: programme.volume,
            maximumDuration: 86_400)
    }
}

extension Cue {
    /// Occurrence `number` of `broadcast`, or nil if there is none such.
    init?(_ broadcast: Broadcast, number: Int) {
        guard let due = broadcast.startable(number) else { return nil }
        self.init(broadcast, number: number, due: due)
    }

    /// An occurrence that `broadcast` had before it was edited, for its terminal record.
    init(takenAway number: Int, from broadcast: Broadcast) {
        self.init(broadcast, number: number, due: broadcast.due(number) ?? broadcast.start)
    }

    private init(_ broadcast: Broadcast, number: Int, due: Timestamp) {
        self.init(
            id: CueID(broadcast: broadcast.id, number: number), title: broadcast.title, drill: broadcast.drill,
            blocks: (broadcast.chime.map { [.chime($0)] } ?? []) + broadcast.audio.map { .audio($0) }, due: due,
            expires: broadcast.expires, priority: broadcast.priority,
            over: broadcast.over, whenInterrupted: broadcast.whenInterrupted, volume: broadcast.volume,
            maximumDuration: broadcast.maximumDuration)
    }
}
