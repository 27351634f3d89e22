public import Broadcasting

extension Director {
    /// All that a director must know after a restart, beside the documents. Bounded by the broadcasts and programmes in force.
    ///
    /// A field that a later version adds, here or below, must be readable when it is absent: an update of the program must not
    /// make the node forget what it played.
    public struct Memory: Codable, Sendable, Hashable {
        /// A time that has certainly passed.
        public internal(set) var passed: Timestamp?
        /// The halts in force, by scope, so that they hold before the documents are read again.
        var halts: [String: Halt] = [:]
        /// What is known of each broadcast, by its id.
        var broadcasts: [String: BroadcastMemory] = [:]
        /// What is known of each programme, by its id.
        var programmes: [String: ProgrammeMemory] = [:]
        /// The obeyed scopes whose schedule has been read: what is new in a later one was due since that was issued.
        var schedules: [Scope] = []
        /// What has sounded in the day and the week.
        var use = Use()

        public init() {}

        // Not private: the compiler writes `encode(to:)`.
        enum CodingKeys: String, CodingKey { case passed, halts, broadcasts, programmes, schedules, use }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            passed = try container.decodeIfPresent(Timestamp.self, forKey: .passed)
            halts = try container.decodeIfPresent([String: Halt].self, forKey: .halts) ?? [:]
            broadcasts = try container.decodeIfPresent([String: BroadcastMemory].self, forKey: .broadcasts) ?? [:]
            programmes = try container.decodeIfPresent([String: ProgrammeMemory].self, forKey: .programmes) ?? [:]
            schedules = try container.decodeIfPresent([Scope].self, forKey: .schedules) ?? []
            use = try container.decodeIfPresent(Use.self, forKey: .use) ?? Use()
        }
    }
}
