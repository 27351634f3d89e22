/// Settings that were written in YAML: mappings of scalars, and of lists of scalars, under flat keys like `mqtt.tls.ca`.
///
/// Reads the part of YAML that settings files need. A second document, anchors, aliases, tags, and lists of anything but
/// scalars are refused in words, so that nothing is understood otherwise than it was meant.
public struct YAMLSettings: Hashable, Sendable {
    /// What stands under a key.
    public enum Value: Hashable, Sendable {
        /// The text as YAML reads it, without quotes; what it means is for the caller to say.
        case scalar(String)
        case list([String])
    }

    /// The most that a text may have.
    public static let maximumBytes = 1 << 20
    /// The most mappings that may lie within each other.
    public static let maximumDepth = 16

    /// Values by the names of all mappings above them, joined by points. A key without a value, `key:` or `key: ~`, is left out.
    public private(set) var values: [String: Value] = [:]

    /// Reads a text in UTF-8. An empty one holds no settings.
    /// - Throws: `YAMLError` at the first thing that cannot be read.
    public init(_ bytes: [UInt8]) throws(YAMLError) {
        guard bytes.count <= Self.maximumBytes else {
            throw YAMLError(line: 1, column: 1, "the text has \(bytes.count) bytes, over \(Self.maximumBytes)")
        }
        var events = YAMLEvents(bytes)
        try events.expect(.streamStart)
        let first = try events.next()
        if first.kind == .streamEnd { return }
        let root = try events.next()
        switch root.kind {
        case .mappingStart: try readMapping(under: "", depth: 1, from: &events)
        case .scalar where root.isNull: break
        default: throw root.error("settings are written as `name: value`")
        }
        try events.expect(.documentEnd)
        let last = try events.next()
        guard last.kind == .streamEnd else { throw last.error("a second document begins here; settings are one") }
    }

    private mutating func readMapping(under prefix: String, depth: Int, from events: inout YAMLEvents) throws(YAMLError)
    {
        var names: Set<String> = []
        while true {
            let name = try events.next()
            if name.kind == .mappingEnd { return }
            guard name.kind == .scalar, !name.text.isEmpty else { throw name.error("a name is one word") }
            guard names.insert(name.text).inserted else { throw name.error("\(name.text) stands here twice") }
            let key = prefix + name.text
            let value = try events.next()
            switch value.kind {
            case .scalar:
                if !value.isNull { try keep(.scalar(value.text), as: key, at: name) }
            case .sequenceStart: try keep(.list(readList(from: &events)), as: key, at: name)
            case .mappingStart:
                guard depth < Self.maximumDepth else {
                    throw value.error("more than \(Self.maximumDepth) mappings lie within each other")
                }
                try readMapping(under: key + ".", depth: depth + 1, from: &events)
            default: throw value.error("a value is missing")
            }
        }
    }

    private func readList(from events: inout YAMLEvents) throws(YAMLError) -> [String] {
        var list: [String] = []
        while true {
            let item = try events.next()
            if item.kind == .sequenceEnd { return list }
            guard item.kind == .scalar else { throw item.error("a list holds plain values only") }
            list.append(item.text)
        }
    }

    private mutating func keep(_ value: Value, as key: String, at name: YAMLEvents.Event) throws(YAMLError) {
        guard values.updateValue(value, forKey: key) == nil else { throw name.error("\(key) stands here twice") }
    }
}
