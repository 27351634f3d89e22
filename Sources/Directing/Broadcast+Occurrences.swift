import Broadcasting

extension Broadcast {
    /// The instant at which occurrence `number` is due; nil if there is none, or if it could only ever come after `expires`.
    ///
    /// The first occurrence always exists, so that a broadcast which can never sound still gets its terminal record.
    func startable(_ number: Int) -> Timestamp? {
        guard let due = due(number), number == 0 || due <= expires else { return nil }
        return due
    }

    /// The highest number of an occurrence that is due at `time`; nil before the first.
    func latestDue(at time: Timestamp) -> Int? {
        guard start <= time else { return nil }
        guard let `repeat`, `repeat`.every >= 1 else { return 0 }
        let limit = min(time, expires, `repeat`.until)
        // Rounding may put the quotient one off in either direction.
        var number = Int(max(0, limit.seconds(since: start) / `repeat`.every)) + 1
        while number > 0 {
            if let due = startable(number), due <= limit { return number }
            number -= 1
        }
        return 0
    }
}
