import Broadcasting
import ScheduleFiles
import Scheduling

/// What changes when a scope gets another schedule.
struct ScheduleDifference: Hashable, Sendable {
    var scope: Scope
    var added: [Programme] = []
    var removed: [Programme] = []
    /// Programmes that stay and change.
    private var pairs: [Pair] = []

    private struct Pair: Hashable, Sendable {
        var old: Programme
        var new: Programme
    }

    init(_ scope: Scope, from old: [Programme], to new: [Programme]) {
        self.scope = scope
        let held = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let wanted = Set(new.map(\.id))
        removed = old.filter { !wanted.contains($0.id) }
        for programme in new {
            if let known = held[programme.id] {
                if known != programme { pairs.append(Pair(old: known, new: programme)) }
            } else {
                added.append(programme)
            }
        }
    }

    var isEmpty: Bool { added.isEmpty && removed.isEmpty && pairs.isEmpty }

    /// `+` what comes, `-` what goes, `~` what changes.
    func lines(rules: (String) -> TimeZoneRules?) -> [String] {
        [scope.description] + removed.map { "  - \($0.id)  \($0.title)".printable }
            + added.map { "  + \($0.id)  \($0.title)  \($0.start.words(rules: rules))".printable }
            + pairs.map { pair in
                let fields = Self.fields(pair.old, pair.new, rules: rules).joined(separator: ", ")
                return "  ~ \(pair.new.id)  \(fields)".printable
            }
    }

    private static func fields(
        _ old: Programme, _ new: Programme, rules: (String) -> TimeZoneRules?
    ) -> [String] {
        var fields: [String] = []
        func compare(_ name: String, _ holds: Bool) { if !holds { fields.append(name) } }
        compare("title", old.title == new.title)
        compare("class", old.class == new.class)
        var (first, second) = (old.start, new.start)
        compare("exceptions", first.exdate == second.exdate)
        (first.exdate, second.exdate) = (nil, nil)
        if first != second {
            let (before, after) = (first.words(rules: rules), second.words(rules: rules))
            fields.append(before == after ? "start" : "\(before) → \(after)")
        }
        compare("blocks", old.blocks == new.blocks)
        compare("slot", old.slot == new.slot)
        compare("grace", old.grace == new.grace)
        compare("whenLate", old.whenLate == new.whenLate)
        compare("whenInterrupted", old.whenInterrupted == new.whenInterrupted)
        compare("priority", old.priority == new.priority)
        compare("volume", old.volume == new.volume)
        compare("languages", old.languages == new.languages)
        return fields
    }
}
