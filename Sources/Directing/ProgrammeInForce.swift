import Broadcasting
import Scheduling

/// A programme that the node obeys, with what was computed of it.
struct ProgrammeInForce: Sendable {
    /// What its schedule says. Behind a reference, since hundreds of these are gone through again and again.
    private final class Item: Sendable {
        let programme: Programme
        let issuedAt: Timestamp
        let recurrence: Recurrence
        let content: [AudioReference]

        init(_ programme: Programme, issuedAt: Timestamp, recurrence: Recurrence) {
            self.programme = programme
            self.issuedAt = issuedAt
            self.recurrence = recurrence
            content = programme.content
        }
    }

    private let item: Item
    /// The next occurrence that is neither decided nor among the playbacks; nil when there is none. Computed anew when it is due,
    /// when anything of the programme ends, and when the clock is set.
    var next: LocalOccurrence?
    var isNextKnown = false

    init(programme: Programme, issuedAt: Timestamp, recurrence: Recurrence) {
        item = Item(programme, issuedAt: issuedAt, recurrence: recurrence)
    }

    var programme: Programme { item.programme }
    var issuedAt: Timestamp { item.issuedAt }
    var recurrence: Recurrence { item.recurrence }
    /// All the audio that it names.
    var content: [AudioReference] { item.content }

    /// A short name of when a programme starts, so that an edit of it is seen: FNV-1a over its words.
    static func rule(_ start: Programme.Start) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let words = [start.local, start.zone, start.rrule ?? ""] + (start.rdate ?? []) + ["-"] + (start.exdate ?? [])
        for word in words {
            for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }

    /// Whether `occurrence` is one of its own still.
    func has(due: Timestamp, named id: CueID) -> LocalOccurrence? {
        guard let occurrence = recurrence.next(after: due.advanced(byNanoseconds: -1)), occurrence.instant == due,
            Cue.id(of: programme, occurrence) == id
        else { return nil }
        return occurrence
    }
}
