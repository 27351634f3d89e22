import CYAML

/// The events of one YAML text, in order.
///
/// Owns one `yaml_parser_t` and the text that it reads: made by `init`, freed by `deinit`.
@safe
struct YAMLEvents: ~Copyable {
    /// What an event begins, ends, or is.
    enum Kind: Hashable {
        case streamStart, streamEnd, documentStart, documentEnd, mappingStart, mappingEnd, sequenceStart, sequenceEnd
        case scalar
    }

    /// One event, copied out of the library's memory.
    struct Event {
        var kind: Kind
        var text = ""
        /// Whether it is a scalar without quotes, which may stand for something else than text.
        var isPlain = false
        /// Whether it is a scalar that stands for nothing.
        var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }
        var line: Int
        var column: Int

        func error(_ problem: String) -> YAMLError { YAMLError(line: line, column: column, problem) }
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) {
        // The library takes a byte order mark, which editors of Windows write, for indentation: a key would stand in column 2.
        let marked = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        let bytes = bytes.dropFirst(marked ? 3 : 0)
        unsafe text = .allocate(capacity: bytes.count)
        _ = unsafe text.initialize(from: bytes)
        unsafe parser = .allocate(capacity: 1)
        unsafe parser.initialize(to: yaml_parser_t())
        let made = unsafe yaml_parser_initialize(parser)
        precondition(made == 1, "no memory for a YAML parser")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        // An empty buffer may have no address, which the library asserts.
        if let start = unsafe text.baseAddress { unsafe yaml_parser_set_input_string(parser, start, text.count) }
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    /// Takes an event that can only be of this kind.
    mutating func expect(_ kind: Kind) throws(YAMLError) {
        let event = try next()
        guard event.kind == kind else { throw event.error("this cannot stand here") }
    }

    /// Takes the next event.
    mutating func next() throws(YAMLError) -> Event {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&event) }
        let mark = unsafe event.start_mark
        var result = Event(kind: .scalar, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: result.kind = .streamStart
        // The parser gives no event after its end.
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: result.kind = .streamEnd
        case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: result.kind = .documentEnd
        case YAML_MAPPING_END_EVENT: result.kind = .mappingEnd
        case YAML_SEQUENCE_END_EVENT: result.kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            result.kind = .mappingStart
            let start = unsafe event.data.mapping_start
            try unsafe Self.refuse(anchor: start.anchor, tag: start.tag, at: result)
        case YAML_SEQUENCE_START_EVENT:
            result.kind = .sequenceStart
            let start = unsafe event.data.sequence_start
            try unsafe Self.refuse(anchor: start.anchor, tag: start.tag, at: result)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            try unsafe Self.refuse(anchor: scalar.anchor, tag: scalar.tag, at: result)
            result.text = unsafe String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            result.isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
        default: throw result.error("an alias (*name) is not understood here: write the value out")
        }
        return result
    }

    private static func refuse(
        anchor: UnsafeMutablePointer<yaml_char_t>?, tag: UnsafeMutablePointer<yaml_char_t>?, at event: Event
    ) throws(YAMLError) {
        if unsafe anchor != nil { throw event.error("an anchor (&name) is not understood here: leave it out") }
        if unsafe tag != nil { throw event.error("a tag (!name) is not understood here: leave it out") }
    }

    /// The parser's own words for what it could not read, and what to do about it.
    private func failure() -> YAMLError {
        let parser = unsafe parser.pointee
        let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "this is not YAML"
        let context = unsafe parser.context.map { unsafe ", " + String(cString: $0) } ?? ""
        // Bytes that are no text are told by their place in the file alone.
        let isText = unsafe parser.error != YAML_READER_ERROR
        guard isText else {
            let line = unsafe text.prefix(parser.problem_offset).count { $0 == UInt8(ascii: "\n") } + 1
            return YAMLError(line: line, column: 1, "\(problem): save the file as text in UTF-8")
        }
        let mark = unsafe parser.problem_mark
        let opening = unsafe Int(parser.context_mark.line) + 1
        let next = scalar(line: Int(mark.line), column: Int(mark.column))
        let advice = Self.advice(problem, before: next, opening: opening).map { ": \($0)" } ?? ""
        return YAMLError(line: Int(mark.line) + 1, column: Int(mark.column) + 1, problem + context + advice)
    }

    /// What stands at a place, both counted from 0.
    private func scalar(line: Int, column: Int) -> Unicode.Scalar? {
        let lines = unsafe text.split(separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
        guard unsafe line < lines.count else { return nil }
        let start = unsafe String(decoding: lines[line].prefix(4 * (column + 1)), as: UTF8.self)
        return start.unicodeScalars.dropFirst(column).first
    }

    /// What to do about a problem in libyaml's words.
    ///
    /// - Parameters:
    ///   - next: what could not be read.
    ///   - opening: the line in which what holds it begins.
    private static func advice(_ problem: String, before next: Unicode.Scalar?, opening: Int) -> String? {
        switch problem {
        case "found character that cannot start any token" where next == "\t",
            "found a tab character that violates indentation":
            "indent with blanks, not with tabs"
        case "found character that cannot start any token": "put the text into quotes"
        case "mapping values are not allowed in this context": "put text that has a colon in it into quotes"
        case "did not find expected key", "did not find expected '-' indicator":
            "is the line indented as those beside it, and is every quote closed?"
        case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
            "is the bracket closed that opens in line \(opening)?"
        case "found unexpected end of stream": "is the quote closed that opens in line \(opening)?"
        case "could not find expected ':'": "after a name stand a colon and a blank"
        default: nil
        }
    }
}
