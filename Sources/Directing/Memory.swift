public import Broadcasting

extension Director {
    /// All that a director must know after a restart, beside the documents. Bounded by the broadcasts in force.
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

        public init() {}
    }
}
