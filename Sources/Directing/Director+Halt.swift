extension Director {
    /// Whether a halt is in force for a scope that the node obeys.
    public var isHalted: Bool { !memory.halts.isEmpty }
}
