/// Why a text is no recurrence rule: which part is wrong, what is wrong with it, and what it may be.
public struct RecurrenceRuleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the part, such as `BYDAY`; empty when it is the text as a whole.
    public var part: String
    /// What is wrong, such as `is 8MO`.
    public var problem: String
    /// What is allowed, such as `from 1 to 12`.
    public var allowed: String

    /// One sentence: `BYMONTH has 13; allowed are numbers from 1 to 12`.
    public var description: String { "\(part.isEmpty ? "the rule" : part) \(problem); \(allowed)" }
}
