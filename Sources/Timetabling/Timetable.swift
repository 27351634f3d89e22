public import Broadcasting
public import Scheduling

/// Programmes of several scopes with their zones: what is due when, and what clashes.
public struct Timetable: Sendable {
    /// A programme with the scope that it belongs to.
    public struct Item: Sendable {
        public var scope: Scope
        public var programme: Programme
        public var recurrence: Recurrence
    }

    public private(set) var items: [Item] = []
    /// Programmes whose start cannot be understood (`Programme.faults` says why). They are never due.
    public private(set) var unreadable: [(scope: Scope, programme: ProgrammeID)] = []

    /// The most occurrences of one programme that are looked at, and of all of them together where they are many.
    public static let maximumOccurrences = (ofOne: 20_000, ofAll: 300_000)

    /// - Parameter rules: time zones by their names; nil for one that does not exist.
    public init(_ schedules: [Scope: [Programme]], rules: (String) -> TimeZoneRules?) {
        for (scope, programmes) in schedules.sorted(by: { $0.key < $1.key }) {
            for programme in programmes {
                guard let zone = rules(programme.start.zone),
                    let recurrence = try? programme.start.recurrence(zone: zone)
                else {
                    unreadable.append((scope, programme.id))
                    continue
                }
                items.append(Item(scope: scope, programme: programme, recurrence: recurrence))
            }
        }
    }

    /// What is due from `from` on and before `to`, in the order of its instants.
    ///
    /// - Parameter scopes: the scopes that count; all where nil.
    public func occurrences(
        from: Timestamp, to: Timestamp, scopes: Set<Scope>? = nil
    ) -> [ScheduledOccurrence] {
        let items = items.filter { scopes?.contains($0.scope) ?? true }
        return items.flatMap { $0.occurrences(from: from, to: to, atMost: Self.share(of: items.count)) }.sorted()
    }

    /// The most occurrences that are looked at of each of so many programmes: enough for a year of several a day.
    static func share(of programmes: Int) -> Int {
        min(maximumOccurrences.ofOne, max(1000, maximumOccurrences.ofAll / max(1, programmes)))
    }
}

extension Timetable.Item {
    /// Occurrences that are due from `from` on and before `to`, the first `most`.
    func occurrences(from: Timestamp, to: Timestamp, atMost most: Int) -> [ScheduledOccurrence] {
        var found: [ScheduledOccurrence] = []
        for occurrence in recurrence.occurrences(from: from) {
            guard occurrence.instant < to, found.count < most else { break }
            found.append(
                ScheduledOccurrence(
                    scope: scope, programme: programme.id, title: programme.title,
                    localStart: occurrence.local.description, fold: occurrence.fold, start: occurrence.instant,
                    end: occurrence.instant.advanced(bySeconds: programme.length)))
        }
        return found
    }
}

/// One occurrence of a programme of a scope, from its start to its end if nothing interrupts it.
public struct ScheduledOccurrence: Hashable, Codable, Sendable, Comparable {
    public var scope: Scope
    public var programme: ProgrammeID
    public var title: String
    /// Wall time without an offset, as the programme's rule names it.
    public var localStart: String
    public var fold: Int
    public var start: Timestamp
    public var end: Timestamp

    public init(
        scope: Scope, programme: ProgrammeID, title: String, localStart: String, fold: Int, start: Timestamp,
        end: Timestamp
    ) {
        self.scope = scope
        self.programme = programme
        self.title = title
        self.localStart = localStart
        self.fold = fold
        self.start = start
        self.end = end
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.start, left.scope, left.programme) < (right.start, right.scope, right.programme)
    }
}

extension Programme {
    /// Seconds that it sounds if nothing interrupts it: all its blocks, or its slot where that is the shorter.
    public var length: Double { slot.map { min($0, duration) } ?? duration }
}
