/// Something in a schedule file that cannot stand: where, in which field, what is wrong, and what is allowed.
public struct ScheduleProblem: Error, Hashable, Sendable, Comparable, CustomStringConvertible {
    /// What an editor with the JSON Schema finds, too, and what takes more to find.
    public enum Kind: Sendable {
        /// A name or value that the form of the file does not allow.
        case form
        /// Well-formed, and without a meaning: a calendar that is not in the file, a zone that does not exist.
        case meaning
    }

    public var kind: Kind
    /// Both count from 1.
    public var line: Int
    public var column: Int
    /// The path of the field, as `scopes.hamlet.an-thai.programmes.sang.times[0]`; empty for the file as a whole.
    public var field: String
    public var text: String

    public init(_ kind: Kind, line: Int, column: Int, field: String, _ text: String) {
        self.kind = kind
        self.line = line
        self.column = column
        self.field = field
        self.text = text
    }

    public init(_ kind: Kind, at place: FieldPlace, _ text: String) {
        self.init(kind, line: place.line, column: place.column, field: place.field, text)
    }

    /// `12:9: scopes.…: what is wrong`, to stand after a file's name and a colon as compilers write it.
    public var description: String { "\(line):\(column): " + (field.isEmpty ? text : "\(field): \(text)") }

    /// By their places in the file.
    public static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column, left.field) < (right.line, right.column, right.field)
    }
}
