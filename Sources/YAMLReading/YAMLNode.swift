/// One value of a YAML text, with its place: what a reader needs that tells all that is wrong, and where.
///
/// Reads one document. Names of a mapping are plain words, and none stands twice; anchors, aliases and tags are refused.
public struct YAMLNode: Hashable, Sendable {
    /// What a value is.
    public enum Content: Hashable, Sendable {
        case scalar(Scalar)
        case list([YAMLNode])
        case mapping([Entry])
    }

    /// A single value, by the core schema of YAML 1.2.
    public enum Scalar: Hashable, Sendable {
        case null
        case boolean(Bool)
        case integer(Int)
        case number(Double)
        case text(String)
    }

    /// A name and what stands under it.
    public struct Entry: Hashable, Sendable {
        public var name: String
        public var line: Int
        public var column: Int
        public var value: YAMLNode
    }

    public var content: Content
    /// Both count from 1.
    public var line: Int
    public var column: Int

    /// Reads a text in UTF-8, of at most `YAMLSettings.maximumBytes`. An empty one is null.
    /// - Throws: `YAMLError` at the first thing that is no YAML: what follows such a place cannot be told.
    public init(_ bytes: [UInt8]) throws(YAMLError) {
        guard bytes.count <= YAMLSettings.maximumBytes else {
            throw YAMLError(line: 1, column: 1, "the text has \(bytes.count) bytes, over \(YAMLSettings.maximumBytes)")
        }
        var events = YAMLEvents(bytes)
        try events.expect(.streamStart)
        let first = try events.next()
        if first.kind == .streamEnd {
            self.init(content: .scalar(.null), line: 1, column: 1)
            return
        }
        try self.init(events.next(), depth: 1, from: &events)
        try events.expect(.documentEnd)
        let last = try events.next()
        guard last.kind == .streamEnd else { throw last.error("a second document begins here; there is one in a file") }
    }

    private init(content: Content, line: Int, column: Int) {
        self.content = content
        self.line = line
        self.column = column
    }

    private init(_ event: YAMLEvents.Event, depth: Int, from events: inout YAMLEvents) throws(YAMLError) {
        guard depth <= YAMLSettings.maximumDepth else {
            throw event.error("more than \(YAMLSettings.maximumDepth) mappings and lists lie within each other")
        }
        (line, column) = (event.line, event.column)
        switch event.kind {
        case .scalar: content = .scalar(event.isPlain ? Scalar(plain: event.text) : .text(event.text))
        case .sequenceStart:
            var items: [YAMLNode] = []
            while true {
                let item = try events.next()
                if item.kind == .sequenceEnd { break }
                items.append(try YAMLNode(item, depth: depth + 1, from: &events))
            }
            content = .list(items)
        case .mappingStart:
            var entries: [Entry] = []
            var names: Set<String> = []
            while true {
                let name = try events.next()
                if name.kind == .mappingEnd { break }
                guard name.kind == .scalar, !name.text.isEmpty else { throw name.error("a name is one word") }
                guard names.insert(name.text).inserted else { throw name.error("\(name.text) stands here twice") }
                let value = try YAMLNode(events.next(), depth: depth + 1, from: &events)
                entries.append(Entry(name: name.text, line: name.line, column: name.column, value: value))
            }
            content = .mapping(entries)
        default: throw event.error("a value is missing")
        }
    }
}

extension YAMLNode.Scalar {
    /// What a scalar without quotes stands for.
    init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": self = .number(-.infinity)
        case ".nan", ".NaN", ".NAN": self = .number(.nan)
        default:
            if let number = Self.integer(text) {
                self = number
            } else if Self.isDecimal(text), let number = Double(text) {
                self = .number(number)
            } else {
                self = .text(text)
            }
        }
    }

    /// `[-+]?[0-9]+`, `0o[0-7]+` or `0x[0-9a-fA-F]+`. One that is too large for `Int` is kept as a number.
    private static func integer(_ text: String) -> Self? {
        func value(_ digits: Substring, radix: Int) -> Self? {
            guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else {
                return nil
            }
            return Int(digits, radix: radix).map { .integer($0) }
        }
        if text.hasPrefix("0o") { return value(text.dropFirst(2), radix: 8) }
        if text.hasPrefix("0x") { return value(text.dropFirst(2), radix: 16) }
        let digits = text.utf8.first == UInt8(ascii: "+") || text.utf8.first == UInt8(ascii: "-") ? 1 : 0
        guard text.utf8.count > digits, text.utf8.dropFirst(digits).allSatisfy(Self.isDigit) else { return nil }
        return Int(text).map { .integer($0) } ?? Double(text).map { .number($0) }
    }

    /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
    private static func isDecimal(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        func sign() {
            if let first = rest.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") { rest.removeFirst() }
        }
        func digits() -> Int {
            let run = rest.prefix(while: Self.isDigit).count
            rest.removeFirst(run)
            return run
        }
        sign()
        let whole = digits()
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = digits()
        }
        guard whole > 0 || fraction > 0 else { return false }
        if let first = rest.first, first | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            sign()
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
