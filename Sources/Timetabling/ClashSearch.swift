import Broadcasting

/// Goes through two programmes' starts side by side, and leaps over what cannot meet the other.
struct ClashSearch {
    private let left: Course
    private let right: Course
    private var steps: Int
    /// The starts of the first two occurrences that overlap.
    private(set) var first: (left: Timestamp, right: Timestamp)?
    /// How many pairs of occurrences overlap.
    private(set) var count = 0
    /// Where the search was given up; nil where it came to the end.
    private(set) var stoppedAt: Timestamp?

    /// - Parameter steps: the most starts that are reckoned beyond those that the courses list.
    init(_ left: Course, _ right: Course, steps: Int) {
        (self.left, self.right, self.steps) = (left, right, steps)
    }

    /// - Returns: the steps that it took.
    mutating func run() -> Int {
        let allowed = steps
        var (here, there) = (Course.Cursor(), Course.Cursor())
        var earliest = Timestamp.distantPast
        while let start = left.first(atOrAfter: earliest, from: &here, steps: &steps) {
            let end = start.advanced(bySeconds: left.length)
            // No start of the other before this one meets what begins at `start`, or later.
            var other = right.first(
                atOrAfter: start.advanced(bySeconds: -right.length), from: &there, steps: &steps)
            var next = there
            var meets = false
            while let begun = other, begun < end || begun == start, steps >= 0 {
                if begun.advanced(bySeconds: right.length) > start || begun == start {
                    meets = true
                    first = first ?? (start, begun)
                    count += 1
                }
                other = right.first(atOrAfter: begun.advanced(byNanoseconds: 1), from: &next, steps: &steps)
            }
            guard steps >= 0 else {
                stoppedAt = start
                break
            }
            earliest = start.advanced(byNanoseconds: 1)
            guard !meets else { continue }
            guard let other else { break }
            earliest = max(earliest, other.advanced(bySeconds: -left.length))
        }
        return allowed - max(0, steps)
    }
}
