import Broadcasting
public import FoundationEssentials

extension Director {
    /// Writes a director's memory in the form of `Wire`, and encodes only what has changed since the last time.
    ///
    /// What is to sound now waits until its records are written, and the memory with them: a node that remembers hundreds of broadcasts
    /// does not encode them all for each.
    public struct MemoryWriter: Sendable {
        private var broadcasts = Fragments<BroadcastMemory>()
        private var programmes = Fragments<ProgrammeMemory>()
        private var rest: (memory: Rest, members: Data)?

        public init() {}

        /// The memory as JSON, from which it can be decoded.
        public mutating func encode(_ memory: Memory) throws -> Data {
            var json = Data(#"{"broadcasts":{"#.utf8)
            try broadcasts.append(memory.broadcasts, to: &json)
            json.append(contentsOf: #"},"programmes":{"#.utf8)
            try programmes.append(memory.programmes, to: &json)
            json.append(contentsOf: "},".utf8)
            try json.append(members(of: Rest(memory)))
            if let passed = memory.passed {
                json.append(UInt8(ascii: ","))
                json.append(try Wire.encode([Memory.CodingKeys.passed.rawValue: passed]).dropFirst())
            } else {
                json.append(UInt8(ascii: "}"))
            }
            return json
        }

        private mutating func members(of memory: Rest) throws -> Data {
            if let rest, rest.memory == memory { return rest.members }
            let members = try Wire.encode(memory).dropFirst().dropLast()
            rest = (memory, members)
            return members
        }
    }

    /// All but the two tables, and but the time that passes.
    private struct Rest: Encodable, Equatable, Sendable {
        let halts: [String: Halt]
        let schedules: [Scope]
        let use: Use

        init(_ memory: Memory) { (halts, schedules, use) = (memory.halts, memory.schedules, memory.use) }
    }

    /// The entries of a table, each with its JSON as a member of an object.
    private struct Fragments<Entry: Encodable & Equatable & Sendable>: Sendable {
        private var entries: [String: Entry] = [:]
        private var members: [String: Data] = [:]

        /// Appends `table`, without the braces around it.
        mutating func append(_ table: [String: Entry], to json: inout Data) throws {
            var isFirst = true
            for (id, entry) in table {
                let member: Data
                if let known = members[id], entries[id] == entry {
                    member = known
                } else {
                    member = try Wire.encode([id: entry]).dropFirst().dropLast()
                    members[id] = member
                    entries[id] = entry
                }
                if !isFirst { json.append(UInt8(ascii: ",")) }
                isFirst = false
                json.append(member)
            }
            guard members.count > table.count else { return }
            members = members.filter { table[$0.key] != nil }
            entries = entries.filter { table[$0.key] != nil }
        }
    }
}
