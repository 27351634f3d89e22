/// Takes a TZif file apart (RFC 8536). Trusts no number in it.
struct TZifReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private struct Header {
        var version: UInt8
        var utIndicators: Int
        var standardIndicators: Int
        var leapSeconds: Int
        var transitions: Int
        var types: Int
        var characters: Int

        /// Bytes of the data that follow, with times of `width` bytes.
        func dataLength(width: Int) -> Int {
            transitions * (width + 1) + types * 6 + characters + leapSeconds * (width + 4) + standardIndicators
                + utIndicators
        }
    }

    /// The offset before the first transition, the transitions, and the rule after the last.
    mutating func read() throws(TimeZoneRulesError) -> (Int, [TimeZoneRules.Transition], POSIXTimeZone?) {
        let old = try header()
        guard old.version >= UInt8(ascii: "2") else { throw .notTZif }
        try skip(old.dataLength(width: 4))
        let header = try header()
        guard header.leapSeconds == 0 else { throw .countsLeapSeconds }
        guard header.types > 0 else { throw .damaged }
        // Before anything is allocated for it.
        guard header.dataLength(width: 8) <= bytes.count - position else { throw .damaged }

        var instants: [Int64] = []
        for _ in 0..<header.transitions {
            let instant = Int64(bitPattern: try number(8))
            if let last = instants.last, instant <= last { throw .damaged }
            instants.append(instant)
        }
        var indices: [Int] = []
        for _ in 0..<header.transitions {
            let index = Int(try number(1))
            guard index < header.types else { throw .damaged }
            indices.append(index)
        }
        var offsets: [Int] = []
        for _ in 0..<header.types {
            let offset = Int(Int32(truncatingIfNeeded: try number(4)))
            guard (-25 * 3600 + 1...26 * 3600 - 1).contains(offset) else { throw .damaged }
            offsets.append(offset)
            try skip(2)
        }
        try skip(header.characters + header.standardIndicators + header.utIndicators)
        let transitions = zip(instants, indices).map { TimeZoneRules.Transition(at: $0, offset: offsets[$1]) }
        return (offsets[0], transitions, try footer())
    }

    private mutating func header() throws(TimeZoneRulesError) -> Header {
        guard position + 44 <= bytes.count, Array(bytes[position..<position + 4]) == Array("TZif".utf8) else {
            throw position == 0 ? .notTZif : .damaged
        }
        position += 4
        let version = UInt8(try number(1))
        try skip(15)
        return Header(
            version: version, utIndicators: Int(try number(4)), standardIndicators: Int(try number(4)),
            leapSeconds: Int(try number(4)), transitions: Int(try number(4)), types: Int(try number(4)),
            characters: Int(try number(4)))
    }

    /// The text between two line ends; an empty one is no rule.
    private mutating func footer() throws(TimeZoneRulesError) -> POSIXTimeZone? {
        let newline = UInt64(UInt8(ascii: "\n"))
        guard try number(1) == newline, let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            throw .damaged
        }
        if end == position { return nil }
        guard let rule = POSIXTimeZone(bytes[position..<end]) else { throw .damaged }
        return rule
    }

    private mutating func skip(_ count: Int) throws(TimeZoneRulesError) {
        guard count <= bytes.count - position else { throw .damaged }
        position += count
    }

    /// A number of up to eight bytes, the highest first.
    private mutating func number(_ count: Int) throws(TimeZoneRulesError) -> UInt64 {
        guard count <= bytes.count - position else { throw .damaged }
        defer { position += count }
        return bytes[position..<position + count].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
