/// Where a field stands in a schedule file.
public struct FieldPlace: Hashable, Sendable {
    /// Both count from 1.
    public var line: Int
    public var column: Int
    /// The path of the field, as `scopes.hamlet.an-thai.programmes.sang.times[0]`; empty for the file as a whole.
    public var field: String

    public init(line: Int, column: Int, field: String) {
        self.line = line
        self.column = column
        self.field = field
    }
}
