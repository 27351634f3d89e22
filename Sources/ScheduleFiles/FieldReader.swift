import YAMLReading

/// A value of the file with the path that leads to it.
struct Field {
    var node: YAMLNode
    var path: String

    var place: FieldPlace { FieldPlace(line: node.line, column: node.column, field: path) }

    func problem(_ kind: ScheduleProblem.Kind, _ text: String) -> ScheduleProblem {
        ScheduleProblem(kind, at: place, text)
    }
}

/// The fields of a mapping, by name.
struct FieldMap {
    var own: Field
    var fields: [(name: String, field: Field)]

    subscript(name: String) -> Field? { fields.first { $0.name == name }?.field }
}

/// Reads values of the types that schedule files have, and collects all that is wrong with them.
struct FieldReader {
    var problems: [ScheduleProblem] = []

    mutating func note(_ problem: ScheduleProblem) { problems.append(problem) }

    // MARK: - Mappings and lists

    /// The fields of a mapping whose names are the writer's own.
    mutating func mapping(_ field: Field, of what: String) -> FieldMap? {
        guard case .mapping(let entries) = field.node.content else {
            note(field.problem(.form, "\(what) is written as `name: value`, not as \(field.node.words)"))
            return nil
        }
        let prefix = field.path.isEmpty ? "" : field.path + "."
        return FieldMap(
            own: field, fields: entries.map { ($0.name, Field(node: $0.value, path: prefix + $0.name)) })
    }

    /// The fields of a mapping whose names are fixed.
    mutating func mapping(_ field: Field, of what: String, allowed: [String], required: [String]) -> FieldMap? {
        guard case .mapping(let entries) = field.node.content else {
            note(
                field.problem(
                    .form, "\(what) is a mapping of \(allowed.joined(separator: ", ")), not \(field.node.words)"))
            return nil
        }
        let prefix = field.path.isEmpty ? "" : field.path + "."
        for entry in entries where !allowed.contains(entry.name) {
            let near =
                allowed.min { distance($0, entry.name) < distance($1, entry.name) }
                .flatMap { distance($0, entry.name) <= 2 ? "did you mean \($0)? " : nil } ?? ""
            note(
                ScheduleProblem(
                    .form, line: entry.line, column: entry.column, field: prefix + entry.name,
                    "\(what) has no such field; \(near)allowed: \(allowed.joined(separator: ", "))"))
        }
        for name in required where !entries.contains(where: { $0.name == name }) {
            note(
                ScheduleProblem(
                    .form, line: field.node.line, column: field.node.column, field: prefix + name, "is missing"))
        }
        return FieldMap(
            own: field,
            fields: entries.filter { allowed.contains($0.name) }.map {
                ($0.name, Field(node: $0.value, path: prefix + $0.name))
            })
    }

    /// The items of a list.
    mutating func list(_ field: Field, of what: String, count: ClosedRange<Int>) -> [Field]? {
        guard case .list(let items) = field.node.content else {
            note(field.problem(.form, "is a list of \(what), not \(field.node.words)"))
            return nil
        }
        guard count.contains(items.count) else {
            note(
                field.problem(
                    .form, "has \(items.count) \(what); allowed: \(count.lowerBound) to \(count.upperBound)"))
            return nil
        }
        return items.enumerated().map { Field(node: $1, path: "\(field.path)[\($0)]") }
    }

    // MARK: - Values

    mutating func text(_ field: Field) -> String? {
        if case .scalar(.text(let text)) = field.node.content { return text }
        note(field.problem(.form, "is text, not \(field.node.words)\(field.node.isBare ? ": put it into quotes" : "")"))
        return nil
    }

    /// A text of as many characters.
    mutating func text(_ field: Field, length: ClosedRange<Int>) -> String? {
        guard let text = text(field) else { return nil }
        guard length.contains(text.unicodeScalars.count) else {
            note(
                field.problem(
                    .form,
                    "has \(text.unicodeScalars.count) characters; allowed: \(length.lowerBound) to \(length.upperBound)"
                ))
            return nil
        }
        return text
    }

    /// A text of a form that `read` knows; `form` says it in words.
    mutating func text<Value>(_ field: Field, form: String, _ read: (String) -> Value?) -> Value? {
        guard case .scalar(.text(let text)) = field.node.content else {
            note(field.problem(.form, "\(field.node.words) is not \(form)"))
            return nil
        }
        guard let value = read(text) else {
            note(field.problem(.form, "'\(text)' is not \(form)"))
            return nil
        }
        return value
    }

    mutating func choice<Value: RawRepresentable<String> & CaseIterable>(_ field: Field, _ type: Value.Type) -> Value? {
        let allowed = Value.allCases.map(\.rawValue).joined(separator: ", ")
        return text(field, form: "one of: \(allowed)") { Value(rawValue: $0) }
    }

    mutating func number(_ field: Field, in range: ClosedRange<Double>, unit: String) -> Double? {
        let number: Double
        switch field.node.content {
        case .scalar(.integer(let value)): number = Double(value)
        case .scalar(.number(let value)): number = value
        default:
            note(field.problem(.form, "is a number of \(unit), not \(field.node.words)"))
            return nil
        }
        guard range.contains(number) else {
            note(
                field.problem(
                    .form,
                    "is \(field.node.words); allowed: \(Int(range.lowerBound)) to \(Int(range.upperBound)) \(unit)"))
            return nil
        }
        return number
    }

    mutating func integer(_ field: Field, in range: ClosedRange<Int>) -> Int? {
        let value: Int?
        switch field.node.content {
        case .scalar(.integer(let integer)): value = integer
        case .scalar(.number(let number)): value = Int(exactly: number)
        default: value = nil
        }
        guard let value, range.contains(value) else {
            let allowed =
                range.count == 1
                ? "the number \(range.lowerBound)"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            note(field.problem(.form, "is \(allowed), not \(field.node.words)"))
            return nil
        }
        return value
    }

    mutating func boolean(_ field: Field) -> Bool? {
        if case .scalar(.boolean(let value)) = field.node.content { return value }
        note(field.problem(.form, "is true or false, not \(field.node.words)"))
        return nil
    }

    /// Seconds, written as `90s`, `15m` or `1h30m`.
    mutating func duration(_ field: Field, in range: ClosedRange<Double>) -> Double? {
        guard
            let seconds = text(field, form: "a duration: write 90s, 15m, 2h or 1h30m", DurationText.seconds)
        else { return nil }
        guard range.contains(seconds) else {
            let (low, high) = (DurationText.text(range.lowerBound), DurationText.text(range.upperBound))
            note(field.problem(.meaning, "is \(DurationText.text(seconds)); allowed: \(low) to \(high)"))
            return nil
        }
        return seconds
    }
}

extension YAMLNode {
    /// What stands there, for a person who meant something else.
    var words: String {
        switch content {
        case .list: "a list"
        case .mapping: "a mapping"
        case .scalar(.null): "nothing"
        case .scalar(.boolean(let value)): "\(value)"
        case .scalar(.integer(let value)): "the number \(value)"
        case .scalar(.number(let value)): "the number \(value)"
        case .scalar(.text(let text)): "'\(text)'"
        }
    }

    /// Whether it is a mapping or a list of nothing.
    var isEmpty: Bool {
        switch content {
        case .mapping(let entries): entries.isEmpty
        case .list(let items): items.isEmpty
        case .scalar: false
        }
    }

    /// Whether it would be text if quotes stood around it.
    var isBare: Bool {
        switch content {
        case .scalar(.boolean), .scalar(.integer), .scalar(.number): true
        default: false
        }
    }
}

/// How many letters must be put in, taken out or changed to make one word the other.
private func distance(_ left: String, _ right: String) -> Int {
    let (left, right) = (Array(left.lowercased()), Array(right.lowercased()))
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for (column, other) in right.enumerated() {
            let cost = letter == other ? diagonal : min(diagonal, row[column], row[column + 1]) + 1
            diagonal = row[column + 1]
            row[column + 1] = cost
        }
    }
    return row[right.count]
}
