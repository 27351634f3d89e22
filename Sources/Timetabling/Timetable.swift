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

    /// What is due in a time.
    public struct Due: Sendable {
        /// In the order of their instants.
        public var occurrences: [ScheduledOccurrence]
        /// Nil where all are listed. Else there are too many: what is due from this instant on is left out, of every programme.
        public var completeBefore: Timestamp?

        public init(occurrences: [ScheduledOccurrence], completeBefore: Timestamp? = nil) {
            self.occurrences = occurrences
            self.completeBefore = completeBefore
        }
    }

    /// How much is looked at before the answer says that it is not complete.
    struct Bounds: Sendable {
        /// Occurrences that are listed of one programme, and of all of them together where they are many.
        var ofOne = 20_000
        var ofAll = 300_000

        /// The most occurrences that are listed of each of so many programmes: enough for a year of several a day.
        func share(of programmes: Int) -> Int { min(ofOne, max(1000, ofAll / max(1, programmes))) }
    }

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

    /// What is due from `from` on and before `to`.
    ///
    /// - Parameter scopes: the scopes that count; all where nil.
    public func occurrences(from: Timestamp, to: Timestamp, scopes: Set<Scope>? = nil) -> Due {
        occurrences(from: from, to: to, scopes: scopes, within: Bounds())
    }

    func occurrences(from: Timestamp, to: Timestamp, scopes: Set<Scope>?, within bounds: Bounds) -> Due {
        let items = items.filter { scopes?.contains($0.scope) ?? true }
        var due = Due(occurrences: [])
        for item in items {
            let most = bounds.share(of: items.count)
            for (count, occurrence) in item.recurrence.occurrences(from: from).enumerated() {
                // Beyond what another programme is listed to, nothing need be listed.
                guard occurrence.instant < due.completeBefore ?? to else { break }
                guard count < most else {
                    due.completeBefore = occurrence.instant
                    break
                }
                due.occurrences.append(item.scheduled(occurrence))
            }
        }
        if let end = due.completeBefore { due.occurrences.removeAll { $0.start >= end } }
        due.occurrences.sort()
        return due
    }
}

extension Timetable.Item {
    /// The first occurrence that is due while the one before it still sounds, and that one; nil where there is none among the
    /// first `most`.
    public func overlapOfItself(among most: Int = 1000) -> (first: ScheduledOccurrence, second: ScheduledOccurrence)? {
        var last: LocalOccurrence?
        for occurrence in recurrence.occurrences(from: .distantPast).prefix(most) {
            if let last, occurrence.instant.seconds(since: last.instant) < programme.length {
                return (scheduled(last), scheduled(occurrence))
            }
            last = occurrence
        }
        return nil
    }

    func scheduled(_ occurrence: LocalOccurrence) -> ScheduledOccurrence {
        ScheduledOccurrence(
            scope: scope, programme: programme.id, title: programme.title, localStart: occurrence.local.description,
            fold: occurrence.fold, start: occurrence.instant,
            end: occurrence.instant.advanced(bySeconds: programme.length))
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
