import Broadcasting
import Scheduling

/// When a programme starts within a time: the first starts as a list, and what is later as its recurrence gives it.
struct Course {
    let length: Double
    private let recurrence: Recurrence
    private let from: Timestamp
    private let to: Timestamp
    private var listed: [Timestamp] = []
    /// Whether there are starts beyond those that are listed.
    private(set) var isCut = false

    /// - Parameter most: the most starts that are listed.
    init(_ item: Timetable.Item, from: Timestamp, to: Timestamp, atMost most: Int) {
        length = item.programme.length
        recurrence = item.recurrence
        (self.from, self.to) = (from, to)
        for occurrence in recurrence.occurrences(from: from) {
            guard occurrence.instant < to else { break }
            guard listed.count < most else {
                isCut = true
                break
            }
            listed.append(occurrence.instant)
        }
    }

    /// A place in the course that only moves on.
    struct Cursor {
        fileprivate var index = 0
    }

    /// The first start at or after `instant`; nil where none is within the time.
    ///
    /// - Parameters:
    ///   - cursor: where the last search on it ended; `instant` must be no earlier than that of the last search.
    ///   - steps: counted down by each start that is not listed.
    func first(atOrAfter instant: Timestamp, from cursor: inout Cursor, steps: inout Int) -> Timestamp? {
        while cursor.index < listed.count, listed[cursor.index] < instant { cursor.index += 1 }
        if cursor.index < listed.count { return listed[cursor.index] }
        guard isCut else { return nil }
        steps -= 1
        return recurrence.next(after: max(instant, from).advanced(byNanoseconds: -1))
            .flatMap { $0.instant < to ? $0.instant : nil }
    }
}
